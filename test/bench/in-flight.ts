/**
 * Samples per second of the demo project with 1, 4 and 8 in flight, through the engine's worker, in turn; and how long those
 * who decode wait while a long prompt joins them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { InFlight } from '../../src-main/pipeline/in-flight.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import { askAll, openWorker, type Sample } from '../support/together.ts';
import { median } from './taps.ts';
import { DEMO_CHECKPOINT, DEMO_PROJECT_SCENES } from '../support/demo.ts';
import { demoRequest } from '../support/demo-subject.ts';

/** The demo project's samples as `fovea label` asks them. */
function demoSamples(count: number, answerMode: 'self' | 'teacher'): Sample[] {
  return readFileSync(join(DEMO_PROJECT_SCENES, 'questions.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(0, count)
    .map((line) => JSON.parse(line) as { image: string; text: string; answer: string })
    .map((question) => ({
      request: {
        model: { dir: DEMO_CHECKPOINT, device: 'cpu' as const },
        ...demoRequest(question, {
          answerMode,
          answer: answerMode === 'teacher' ? question.answer : null,
          want: { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [] },
        }),
      },
      cancelAfter: null,
    }));
}

/** @returns samples per second of processor time, the median of `rounds` */
export async function measureInFlight(
  count: number,
  rounds: number,
): Promise<Record<'self' | 'teacher', Record<string, number>>> {
  const rates = { self: {}, teacher: {} } as Record<'self' | 'teacher', Record<string, number>>;
  const ask = openWorker();
  for (const mode of ['self', 'teacher'] as const) {
    const samples = demoSamples(count, mode);
    const measured = new Map<number, number[]>([1, 4, 8].map((width) => [width, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const [width, list] of measured) {
        const start = process.cpuUsage();
        // One in flight is a call by itself, as it always was.
        await askAll(samples, width === 1 ? 0 : width, ask);
        const { user, system } = process.cpuUsage(start);
        // The first round only warms up.
        if (round > 0) list.push((1e6 * count) / (user + system));
      }
    }
    for (const [width, list] of measured) rates[mode][width] = median(list);
  }
  return rates;
}

/** Tokens of the prompt that joins: the demo model takes 2,048. */
const LONG = 1900;
const DECODING = 7;

/** The longest time, in ms, between two tokens of a sample that decodes with six others while a prompt of {@link LONG} tokens joins. */
async function longestGap(model: OnnxModel): Promise<number> {
  const samples = new InFlight(model);
  const words = (count: number) => [{ tokens: Array.from({ length: count }, (_, i) => 5 + (i % 90)) }];
  const decoding = Array.from({ length: DECODING }, () => samples.join());
  let joined = false;
  let longest = 0;
  const flows = decoding.map(async (member, i) => {
    const cache = member.model.newCache();
    await member.model.forward(cache, { parts: words(20 + i) });
    let last = performance.now();
    // A few more, which have the whole prompt behind them.
    for (let left = 3; left > 0; left -= joined ? 1 : 0) {
      await member.model.forward(cache, { parts: words(1) });
      const now = performance.now();
      if (i === 0) longest = Math.max(longest, now - last);
      last = now;
    }
    cache.dispose();
    member.leave();
  });
  const late = samples.join();
  const cache = late.model.newCache();
  await late.model.forward(cache, { parts: words(LONG), logits: 'none' });
  joined = true;
  cache.dispose();
  late.leave();
  await Promise.all(flows);
  return longest;
}

/** Medians of {@link longestGap} with the prompt in one piece and in chunks, in turn. */
export async function measureJoin(
  rounds: number,
): Promise<{ readonly whole: number; readonly chunks: number }> {
  const graphs = modelGraphs(await openCheckpoint(DEMO_CHECKPOINT));
  const settings = { device: 'cpu', cpuThreads: 1 } as const;
  const models = [
    new OnnxModel(graphs, settings, 'exact', false, null, Infinity),
    new OnnxModel(graphs, settings),
  ];
  const gaps = models.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, model] of models.entries()) {
      const gap = await longestGap(model);
      if (round >= 0) gaps[i]?.push(gap);
    }
  }
  await Promise.all(models.map((model) => model.dispose()));
  const [whole, chunks] = gaps.map(median) as [number, number];
  return { whole, chunks };
}
