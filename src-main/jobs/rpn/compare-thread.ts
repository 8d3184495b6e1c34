/**
 * Entry of the thread that `comparer.ts` starts: compares one pair of sides after another, each on a connection of its own. What was
 * measured of the pairs looked at last is kept, so that a decision more costs one sample.
 */
import { parentPort } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openProject, type Project } from '../../store/file/project.ts';
import { compareVersions } from './compare.ts';
import { ordersOf, packed } from './compared-table.ts';
import { type FromCompareThread, type ToCompareThread, toCompareThreadSchema } from './compare-wire.ts';
import type { Kept } from './measured.ts';

/** Pairs of sides whose numbers are kept, and samples of each at most. */
const PAIRS = 4;
const SAMPLES = 200_000;
const PROGRESS_MS = 100;

const kept = new Map<string, Kept>();
const say = (message: FromCompareThread, move: readonly ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, [...move]);

let working: Promise<void> = Promise.resolve();
parentPort?.on('message', (raw) => {
  const task = toCompareThreadSchema.parse(raw);
  working = working.then(() => work(task));
});

async function work({ id, projectPath, sides, against, over, stop }: ToCompareThread): Promise<void> {
  const stopping = new AbortController();
  const look = (): void => {
    if (Atomics.load(new Int32Array(stop), 0) !== 0) stopping.abort();
  };
  const clock = setInterval(look, PROGRESS_MS);
  let told = 0;
  try {
    look();
    const { comparison, samples } = await onProject(projectPath, (project) =>
      compareVersions(project, sides, {
        against,
        over,
        kept: keptOf(JSON.stringify([projectPath, sides.map(({ kind, runId }) => [kind, runId]), against])),
        signal: stopping.signal,
        onProgress: (done, total) => {
          if (performance.now() < told + PROGRESS_MS) return;
          told = performance.now();
          say({ type: 'progress', id, done, total });
        },
      }),
    );
    const table = packed(samples);
    const orders = ordersOf(table);
    const move = [table, ...Object.values(orders)].map(({ buffer }) => buffer as ArrayBuffer);
    say({ type: 'done', id, comparison, table, orders }, move);
  } catch (thrown) {
    say({ type: 'failed', id, error: FoveaError.from(thrown).toWire() });
  } finally {
    clearInterval(clock);
  }
}

/** Ends with the project closed: whoever hears of it may open it anew at once. */
async function onProject<T>(path: string, body: (project: Project) => Promise<T>): Promise<T> {
  const project = openProject(path);
  try {
    return await body(project);
  } finally {
    project.close();
  }
}

/** Those not asked for longest are forgotten. */
function keptOf(pair: string): Kept {
  const known = kept.get(pair) ?? new Map();
  kept.delete(pair);
  kept.set(pair, known);
  for (const oldest of kept.keys()) {
    if (kept.size <= PAIRS) break;
    kept.delete(oldest);
  }
  if (known.size > SAMPLES) known.clear();
  return known;
}
