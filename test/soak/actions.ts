/** 10,000 random actions and faults: most in two windows of the browser host, the rest in Electron under killed backends. */
import { launchChromium } from '../e2e/support/chromium.ts';
import { randomActions, type ActionReport } from './actions/run.ts';

const ROUNDS = [
  ...Array.from({ length: 18 }, () => ['browser host', 500] as const),
  ...Array.from({ length: 4 }, () => ['Electron', 250] as const),
];

/** @returns what happened; `problems` empty when all is well. Each round has a seed of its own, derived from this one. */
export async function soakActions(seed: number): Promise<ActionReport> {
  const total = { actions: 0, revisions: 0, problems: [] as string[] };
  for (const [n, [host, count]] of ROUNDS.entries()) {
    const chromium = await launchChromium();
    try {
      process.stderr.write(`seed ${seed + n}: ${count} random actions, ${host}\n`);
      const { actions, revisions, problems } = await randomActions(chromium, host, seed + n, count, true);
      const found = problems.length === 0 ? 'as the model says' : problems.join('\n');
      process.stderr.write(`  ${revisions} revisions, ${found}\n`);
      total.actions += actions;
      total.revisions += revisions;
      total.problems.push(...problems);
    } finally {
      await chromium.close();
    }
  }
  return total;
}
