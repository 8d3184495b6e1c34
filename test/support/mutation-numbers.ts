/** What Fovea computes for a checkpoint of test/golden/keys: pixels, logits and a greedy answer to the case's question. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { normalise, squareImage } from '../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import type { AnyCheckpoint } from '../../src-main/checkpoint/open.ts';
import { greedy } from '../../src-main/pipeline/passes/greedy.ts';
import { promptFor, promptParts, promptTokens } from '../../src-main/pipeline/subject/prompted.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { Slice } from './mutations.ts';

export interface Numbers {
  readonly pixels: Float32Array;
  readonly logits: Float32Array;
  readonly answer: readonly number[];
}

const caseSchema = z.object({ question: z.string() });

/** @param newTokens most tokens of the answer, its end token included */
export async function numbersOf(dir: string, checkpoint: AnyCheckpoint, newTokens: number): Promise<Numbers> {
  const { question } = caseSchema.parse(JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8')));
  const image = await decodeImage(join(dir, 'image.png'));
  const { pixels, grid } = pixelsOf(checkpoint, image);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  try {
    const features = await model.encodeImage(pixels, grid);
    const prompt = promptFor({ checkpoint, model }, question, grid);
    const parts = promptParts(prompt, features);
    const cache = model.newCache();
    const { logits } = await model.forward(cache, { parts });
    const first = Float32Array.from(logits ?? []);
    const { generation } = checkpoint;
    const options = { generation, maxNewTokens: newTokens, promptTokens: promptTokens(prompt), taps: null };
    const { tokens } = await greedy(model, cache, logits ?? first, options, new Stopwatch());
    return { pixels, logits: first, answer: tokens };
  } finally {
    await model.dispose();
  }
}

function pixelsOf(
  checkpoint: AnyCheckpoint,
  image: Awaited<ReturnType<typeof decodeImage>>,
): { pixels: Float32Array; grid?: Grid } {
  const { preprocessor } = checkpoint;
  if (preprocessor.geometry === 'dynamic') return qwenPixels(image, preprocessor);
  return { pixels: normalise(squareImage(image, preprocessor), preprocessor) };
}

/** The largest difference of the kept values, relative to the largest of all; infinite where the sizes differ. */
export function differenceFrom(slice: Slice, values: Float32Array): number {
  if (slice.size !== values.length) return Number.POSITIVE_INFINITY;
  const distances = slice.at.map((at, i) => Math.abs((values[at] ?? Number.NaN) - (slice.values[i] ?? 0)));
  return Math.max(...distances) / slice.largest;
}
