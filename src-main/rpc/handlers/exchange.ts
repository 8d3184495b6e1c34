import { exporters } from '../../exporters/index.ts';
import { countLines } from '../../importers/containers/bytes.ts';
import { exportTarget } from '../../jobs/export/target.ts';
import { planExport } from '../../jobs/export/plan.ts';
import { exportSamples } from '../../jobs/export/export.ts';
import { importQuestions } from '../../jobs/import/import.ts';
import { knownPresets } from '../../jobs/presets/presets.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import type { Handlers } from './context.ts';
import { cancelSlot, during } from './during.ts';

export const exchangeHandlers = {
  'import.start': (
    { session, publish, options },
    { imagesDir, questionsFile, turns, boxes, preset, slot },
  ) => {
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      const total = await countLines(questionsFile);
      tell(0, total);
      try {
        const { added, updated, skipped, failed, labelled, failures, notes } = await importQuestions(
          open.project,
          {
            imagesDir,
            questionsFile,
            reading: { turns, boxes },
            labels: { presets: await knownPresets(options.resources), presetId: preset },
            signal,
            onStop: 'take back',
            onProgress: (_, line) => tell(line, total),
          },
        );
        if (updated + labelled > 0) open.samplesChanged();
        return { added, updated, skipped, failed, labelled, failures, notes };
      } catch (thrown) {
        // The next import gets the ids of what was taken back: nobody may go on showing what they stood for.
        open.samplesChanged();
        throw thrown;
      } finally {
        open.care.check();
        open.projectChanged(true);
      }
    });
  },

  'export.target': ({ session }, { path, format }) => exportTarget(session().project, path, format),

  'export.plan': ({ session }, chosen) => planExport(session().project.db, chosen),

  'export.start': ({ session, publish }, { slot, replaceOwn, ...request }) => {
    const open = session();
    const { samples } = projectSummary(open.project.db, open.project.path);
    return during(open, publish, slot, (signal, tell) =>
      exportSamples(
        open.project,
        {
          ...request,
          replace: replaceOwn ? 'own' : 'nothing',
          signal,
          onProgress: (seen) => tell(seen, samples),
        },
        exporters,
      ),
    );
  },

  'exchange.cancel': ({ session }, { slot }) => {
    cancelSlot(session(), slot);
    return {};
  },
} satisfies Partial<Handlers>;
