/** Samples per second of the demo project with 1, 4 and 8 in flight, through the engine's worker, in turn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askAll, openWorker, type Sample } from '../support/together.ts';
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
    for (const [width, list] of measured)
      rates[mode][width] = list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;
  }
  return rates;
}
