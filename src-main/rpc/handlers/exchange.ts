import { exporters } from '../../exporters/index.ts';
import { countLines } from '../../importers/containers/bytes.ts';
import { openImport } from '../../importers/index.ts';
import { frozenSource } from '../../jobs/datasets/frozen-source.ts';
import { exportTarget } from '../../jobs/export/target.ts';
import { countByState } from '../../store/exchange/export-rows.ts';
import { planExport } from '../../jobs/export/plan.ts';
import { exportSamples } from '../../jobs/export/export.ts';
import { importQuestions } from '../../jobs/import/import.ts';
import { previewImport } from '../../jobs/import/preview.ts';
import { knownPresets } from '../../jobs/presets/presets.ts';
import { importLog } from '../../jobs/import/log.ts';
import { mergeProject } from '../../jobs/merge/merge.ts';
import { importProposals } from '../../jobs/proposals/import.ts';
import { datasetVersion } from '../../store/datasets/version.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import type { Handlers } from './context.ts';
import { cancelSlot, during } from './during.ts';

export const exchangeHandlers = {
  'import.preview': (
    { session, publish },
    { imagesDir, questionsFile, annotationsPath, whole, slot, ...reading },
  ) =>
    during(session(), publish, slot, (signal, tell) =>
      previewImport({
        ...(imagesDir.trim() === '' ? {} : { imagesDir }),
        questionsFile,
        reading: { ...reading, annotations: annotationsPath },
        whole,
        signal,
        onProgress: tell,
      }),
    ),

  'import.start': (
    { session, publish, options },
    { imagesDir, questionsFile, annotationsPath, preset, slot, ...given },
  ) => {
    const reading = { ...given, annotations: annotationsPath };
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      const total = await (await openImport(questionsFile, reading)).count();
      tell(0, total);
      try {
        const {
          linkedInto: _,
          seconds: __,
          ...report
        } = await importQuestions(open.project, {
          ...(imagesDir.trim() === '' ? {} : { imagesDir }),
          questionsFile,
          reading,
          labels: { presets: await knownPresets(options.resources), presetId: preset },
          signal,
          onStop: 'take back',
          onProgress: (_, line) => tell(line, total),
        });
        if (report.updated + report.labelled > 0) open.samplesChanged();
        return report;
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

  'import.log': ({ session, publish }, { logFile, questionsFile, slot }) => {
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      const total = await countLines(logFile);
      tell(0, total);
      try {
        return await importLog(open.project, {
          logFile,
          questionsFile,
          signal,
          onProgress: (lines) => tell(lines, total),
        });
      } finally {
        open.samplesChanged();
      }
    });
  },

  'import.merge': ({ session, publish }, { fromPath, dryRun, slot }) => {
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      try {
        return await mergeProject(open.project, { from: fromPath, dryRun, signal, onProgress: tell });
      } finally {
        if (!dryRun) {
          open.samplesChanged();
          open.projectChanged(true);
        }
      }
    });
  },

  'proposals.import': ({ session, publish }, { file, slot }) => {
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      const total = await countLines(file);
      tell(0, total);
      const report = await importProposals(open.project, {
        file,
        signal,
        onProgress: (line) => tell(line, total),
      });
      open.samplesChanged();
      return report;
    });
  },

  'export.target': ({ session }, { path, format }) => exportTarget(session().project, path, format),

  'export.count': ({ session }, { scope }) => countByState(session().project.db, scope),

  'export.plan': ({ session }, chosen) => planExport(session().project.db, chosen),

  'export.start': ({ session, publish }, { slot, replaceOwn, version, ...request }) => {
    const open = session();
    const frozen = version === null ? null : datasetVersion(open.project.db, version);
    const samples = frozen?.card.samples ?? projectSummary(open.project.db, open.project.path).samples;
    return during(open, publish, slot, async (signal, tell) => {
      const report = await exportSamples(
        open.project,
        {
          ...request,
          ...(frozen && { frozen: (snapshot) => frozenSource(snapshot, open.project.path, frozen) }),
          replace: replaceOwn ? 'own' : 'nothing',
          signal,
          onProgress: (seen) => tell(seen, samples),
        },
        exporters,
      );
      await open.downloads.wrote(report.path);
      return report;
    });
  },

  'exchange.cancel': ({ session }, { slot }) => {
    cancelSlot(session(), slot);
    return {};
  },
} satisfies Partial<Handlers>;
