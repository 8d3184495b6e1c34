/** Random actions and faults: most in two windows of the browser host, the rest in Electron under killed backends. */
import { launchChromium } from '../e2e/support/chromium.ts';
import type { HostName } from '../e2e/support/hosted-page.ts';
import { addTo, randomActions, type ActionReport, type Happened } from './actions/run.ts';

/** Each as long as in a row of them; the last one as long as is left. */
const ROUNDS: readonly (readonly [HostName, number])[] = [
  ['browser host', 500],
  ['browser host', 500],
  ['Electron', 250],
  ['browser host', 500],
  ['browser host', 500],
];

/** @returns what happened; `problems` empty when all is well. Each round has a seed of its own, derived from this one. */
export async function soakActions(seed: number, count: number): Promise<ActionReport> {
  const total = {
    actions: 0,
    revisions: 0,
    happened: {} as Happened,
    problems: [] as string[],
  };
  for (let n = 0, left = count; left > 0; n++) {
    const [host, most] = ROUNDS[n % ROUNDS.length]!;
    const round = Math.min(most, left);
    left -= round;
    const chromium = await launchChromium();
    try {
      process.stderr.write(`seed ${seed + n}: ${round} random actions, ${host}\n`);
      const started = performance.now();
      const report = await randomActions(chromium, host, seed + n, round, true);
      const found = report.problems.length === 0 ? 'as the model says' : report.problems.join('\n');
      const each = Math.round((performance.now() - started) / report.actions);
      process.stderr.write(
        `  ${report.actions} actions of ${each} ms, ${report.revisions} revisions, ${found}\n`,
      );
      total.actions += report.actions;
      total.revisions += report.revisions;
      total.problems.push(...report.problems);
      for (const [what, [times, ms]] of Object.entries(report.happened))
        addTo(total.happened, what, times, ms);
    } finally {
      await chromium.close();
    }
  }
  return total;
}
