/** Fuzzes by seed: every case must end soon, in a result or a coded error, whatever was damaged. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ChildMessage, ChildSettings } from './child.ts';

export interface FuzzReport {
  readonly seed: number;
  readonly cases: number;
  /** How many ended with which code; `taken` for those that did no harm. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** One line per case that crashed, hung, ate memory or had no code; each names its seed and case. */
  readonly failures: readonly string[];
}

/** Cases of one process: its own garbage must not be taken for a case's appetite. */
const BATCH = 1000;
/** No file of these takes a tenth of it. */
const CASE_MS = 10_000;
/** More than the biggest honest case needs by far, and far less than a lying count asks for. */
const HEAP_MB = 256;

/** @param first number of the first case; case `n` of a seed is always the same damage. */
export async function fuzz(seed: number, cases: number, first = 0): Promise<FuzzReport> {
  const outcomes: Record<string, number> = {};
  const failures: string[] = [];
  const end = first + cases;
  for (let from = first; from < end;) {
    from = await runFrom({ seed, from, to: Math.min(end, from + BATCH) }, (message) => {
      if (message.problem !== null)
        failures.push(`seed ${seed} case ${message.index} (${message.target}): ${message.problem}`);
      const kind = message.problem === null ? (message.code ?? 'taken') : 'failed';
      outcomes[kind] = (outcomes[kind] ?? 0) + 1;
    });
  }
  return { seed, cases, outcomes, failures };
}

interface CaseEnd {
  readonly index: number;
  readonly target: string;
  readonly code: string | null;
  readonly problem: string | null;
}

/** One child until it is through or dead; @returns the case to go on with. */
function runFrom(settings: ChildSettings, tell: (end: CaseEnd) => void): Promise<number> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(settings)], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2000)));
  let current: { index: number; target: string } | null = null;
  let next = settings.from;
  let timer: NodeJS.Timeout | undefined;
  let hung = false;
  return new Promise((resolve) => {
    child.on('message', (message: ChildMessage) => {
      clearTimeout(timer);
      if (message.type === 'start') {
        current = message;
        timer = setTimeout(() => (hung = child.kill('SIGKILL')), CASE_MS);
        return;
      }
      tell({ ...message, target: current?.target ?? '' });
      next = message.index + 1;
      current = null;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (next < settings.to) {
        const { index, target } = current ?? { index: next, target: 'between cases' };
        const problem = hung
          ? `nothing after ${CASE_MS} ms`
          : `the process died (${signal ?? code}): ${words.trim().slice(-600)}`;
        tell({ index, target, code: null, problem });
        next = index + 1;
      }
      resolve(next);
    });
  });
}
