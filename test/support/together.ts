/**
 * Samples of the demo project through an engine's worker in this process, alone or many in flight: of both answer modes,
 * of mixed lengths, with and without a second look, some of pictures that are broken, some cancelled on the way.
 */
import { join } from 'node:path';
import { ModelCache } from '../../src-main/engine/models.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import type { FromEngine } from '../../src-main/engine/wire.ts';
import { Worker } from '../../src-main/engine/work.ts';
import { DEMO_CHECKPOINT } from './demo.ts';
import { demoRequest } from './demo-subject.ts';
import { demoPreset } from './demo-subject.ts';

export interface Question {
  readonly image: string;
  readonly text: string;
}

/** What a sample came to: its outcome without the times, or the code of its error. */
export type Came = Readonly<Record<string, unknown>> | string;

export interface Sample {
  readonly request: LabelRequest;
  /** Cancelled so many turns of the event loop after it was asked. */
  readonly cancelAfter: number | null;
}

/** @param count more than there are questions: they are asked again with other settings */
export function mixedSamples(
  questions: readonly Question[],
  count: number,
  device: 'cpu' | 'webgpu' = 'cpu',
): Sample[] {
  return Array.from({ length: count }, (_, i) => {
    const question = questions[i % questions.length] as Question;
    const preset = { ...demoPreset, maxNewTokens: [1, 3, 16, 40][i % 4] as number };
    const request = {
      model: { dir: DEMO_CHECKPOINT, device },
      ...demoRequest(question, {
        preset,
        question: i % 5 === 0 ? `${question.text} Answer with the code alone, please.` : question.text,
        ...(i % 3 === 2 ? { answerMode: 'teacher' as const, answer: '38' } : {}),
        want: {
          questionMap: i % 2 === 0,
          rpn: i % 7 !== 0,
          secondStage: i % 4 !== 1,
          allHeadsOf: i % 6 ? [] : [1],
        },
        ...(i % 11 === 10 ? { imagePath: join(import.meta.dirname, 'together.ts') } : {}),
      }),
    };
    return { request, cancelAfter: i % 13 === 12 ? i % 40 : null };
  });
}

/** A worker of its own, which keeps the model that it loaded. */
export function openWorker(): (sample: Sample, together: boolean) => Promise<Came> {
  const waiting = new Map<number, (message: FromEngine) => void>();
  const worker = new Worker(new ModelCache(1, 1), (message) => {
    if ('id' in message && message.type !== 'quantising') waiting.get(message.id)?.(message);
  });
  let id = 0;
  return ({ request, cancelAfter }, together) =>
    new Promise((resolve) => {
      const own = ++id;
      waiting.set(own, (message) => resolve(cameTo(message)));
      const want = { ...request.want, allHeadsOf: [...request.want.allHeadsOf] };
      const input = { ...request, model: { ...request.model }, want, ...(together ? { together } : {}) };
      worker.accept({ type: 'label', id: own, input });
      if (cancelAfter !== null) after(cancelAfter, () => worker.accept({ type: 'cancel', id: own }));
    });
}

/** Asks all samples, at most `width` at once; 0: as calls that are not to be together. */
export async function askAll(samples: readonly Sample[], width: number, ask = openWorker()): Promise<Came[]> {
  const came: Came[] = [];
  let next = 0;
  const flow = async (): Promise<void> => {
    while (next < samples.length) {
      const i = next++;
      came[i] = await ask(samples[i] as Sample, width > 0);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, flow));
  return came;
}

/**
 * `came` with those float16 values (bit patterns) that are one step beside `expected`'s put as they are there: for comparing
 * what came of samples in flight with what comes of one alone. A row of a batch is the sum of the same products in another
 * order, so a value between two float16 may be rounded to either.
 */
export function roundedAs(came: unknown, expected: unknown): unknown {
  if (came instanceof Uint16Array && expected instanceof Uint16Array)
    return came.map((bits, i) =>
      Math.abs(bits - (expected[i] ?? NaN)) === 1 ? (expected[i] as number) : bits,
    );
  if (!isRecord(came) || !isRecord(expected)) return came;
  return Object.fromEntries(Object.entries(came).map(([key, one]) => [key, roundedAs(one, expected[key])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function after(turns: number, work: () => void): void {
  if (turns === 0) work();
  else setImmediate(() => after(turns - 1, work));
}

function cameTo(message: FromEngine): Came {
  if (message.type === 'error') return message.error.code;
  if (message.type !== 'label') throw new Error(`${message.type} came`);
  const { timings: _, ...outcome } = message.output;
  return outcome;
}
