import { exporters } from '../../exporters/index.ts';
import { countLines } from '../../importers/records.ts';
import { Newest } from '../../inspect/newest.ts';
import { exportTarget } from '../../jobs/export-target.ts';
import { exportSamples } from '../../jobs/export.ts';
import { importQuestions } from '../../jobs/import.ts';
import { projectSummary } from '../../store/summary.ts';
import type { Session } from '../session.ts';
import { throttle } from '../throttle.ts';
import type { HandlerContext, Handlers } from './context.ts';

const PROGRESS_MS = 200;

/** What is coming in and going out of an open project, by slot; it goes with the project. */
const running = new WeakMap<Session, Newest>();

function runningOf(session: Session): Newest {
  const known = running.get(session) ?? new Newest();
  running.set(session, known);
  return known;
}

export const exchangeHandlers = {
  'import.start': ({ session, publish }, { imagesDir, questionsFile, turns, boxes, slot }) => {
    const open = session();
    return during(open, publish, slot, async (signal, tell) => {
      const total = await countLines(questionsFile);
      tell(0, total);
      try {
        const { added, updated, skipped, failed, failures, notes } = await importQuestions(open.project, {
          imagesDir,
          questionsFile,
          reading: { turns, boxes },
          signal,
          onStop: 'take back',
          onProgress: (_, line) => tell(line, total),
        });
        if (updated > 0) open.samplesChanged();
        return { added, updated, skipped, failed, failures, notes };
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

  'export.target': ({ session }, { path }) => exportTarget(session().project, path),

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
    runningOf(session()).cancel(slot);
    return {};
  },
} satisfies Partial<Handlers>;

/** Runs a long call of a slot: it can be cancelled, and tells how far it is a few times a second. */
function during<T>(
  open: Session,
  publish: HandlerContext['publish'],
  slot: string | undefined,
  work: (signal: AbortSignal, tell: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  if (slot === undefined) return open.task((closing) => work(closing, () => undefined));
  const events = throttle<{ done: number; total: number }>(PROGRESS_MS, ({ done, total }) =>
    publish('exchange.progress', { slot, done: Math.min(done, total), total }),
  );
  return open.task((closing) =>
    runningOf(open)
      .run(slot, closing, (signal) => work(signal, (done, total) => events.push({ done, total })))
      .finally(() => events.stop()),
  );
}
