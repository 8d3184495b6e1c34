/** Mixed samples in flight together, in batches of 1, 3, 8 and 32, against the same samples one after the other. */
import { isDeepStrictEqual } from 'node:util';
import { demoGolden } from '../support/demo.ts';
import { askAll, mixedSamples, openWorker, roundedAs, type Question } from '../support/together.ts';

export async function soakTogether(
  _seed: number,
  count: number,
): Promise<{ problems: readonly string[]; perSecond: Readonly<Record<string, number>> }> {
  const ask = openWorker();
  const samples = mixedSamples(demoGolden<Question[]>('greedy_100.json'), count);
  const perSecond: Record<string, number> = {};
  const timed = async (width: number) => {
    const started = performance.now();
    const came = await askAll(samples, width, ask);
    perSecond[width === 0 ? 'alone' : String(width)] = (1000 * count) / (performance.now() - started);
    return came;
  };
  const expected = await timed(0);
  const problems: string[] = [];
  for (const width of [1, 3, 8, 32]) {
    const came = await timed(width);
    came.forEach((one, i) => {
      const mayBeCancelled = samples[i]?.cancelAfter !== null;
      if (mayBeCancelled && (one === 'cancelled' || expected[i] === 'cancelled')) return;
      if (!isDeepStrictEqual(roundedAs(one, expected[i]), expected[i]))
        problems.push(`sample ${i} of ${width} at once came out otherwise`);
    });
  }
  return { problems, perSecond };
}
