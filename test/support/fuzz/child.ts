/**
 * Runs fuzz cases in a process of its own, so that one which crashes, hangs or eats all memory is an outcome and not the
 * end of the test. Argument: JSON {@link ChildSettings}. Tells each case before it starts and after.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { seededRandom } from '../random.ts';
import { fuzzTargets } from './targets.ts';

export interface ChildSettings {
  readonly seed: number;
  /** First case and the one after the last. */
  readonly from: number;
  readonly to: number;
}

export type ChildMessage =
  | { readonly type: 'start'; readonly index: number; readonly target: string }
  /** `problem` null: refused with a code, or taken in. */
  | {
      readonly type: 'end';
      readonly index: number;
      readonly code: string | null;
      readonly problem: string | null;
    };

/** What one small file may cost above what the process has when it begins. */
const MAX_GROWTH = 400 * 2 ** 20;
/** What people read is a line, not a file. */
const MAX_LINE = 3300;

const settings = JSON.parse(process.argv[2] ?? '') as ChildSettings;
const send = (message: ChildMessage): void => void process.send?.(message);
const dir = mkdtempSync(join(tmpdir(), 'fovea-fuzz-'));
process.on('disconnect', () => process.exit(1));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const targets = fuzzTargets(dir);
const base = process.memoryUsage.rss();
for (let index = settings.from; index < settings.to; index++) {
  const random = seededRandom(settings.seed + index * 7919);
  const target = targets[index % targets.length];
  if (!target) break;
  send({ type: 'start', index, target: target.name });
  const { code, problem } = await outcome(() => target.run(random));
  const grown = process.memoryUsage.rss() - base;
  const tooMuch = grown > MAX_GROWTH ? `memory grew by ${Math.round(grown / 2 ** 20)} MiB` : null;
  send({ type: 'end', index, code, problem: problem ?? tooMuch });
}
process.disconnect?.();

async function outcome(run: () => Promise<void>): Promise<{ code: string | null; problem: string | null }> {
  try {
    await run();
    return { code: null, problem: null };
  } catch (error) {
    if (!(error instanceof FoveaError))
      return { code: null, problem: (error as Error).stack ?? String(error) };
    const line = error.toLine();
    if (error.code === 'internal') return { code: error.code, problem: line };
    return {
      code: error.code,
      problem: line.length > MAX_LINE ? `an error of ${line.length} characters: ${line.slice(0, 200)}` : null,
    };
  }
}
