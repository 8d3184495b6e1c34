/** The logits of a case's last prompt token, from its picture and its own ids. */
import assert from 'node:assert/strict';
import { normalise, squareImage } from '../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import type { AnyCheckpoint } from '../../src-main/checkpoint/open.ts';
import type { VisionLanguageModel } from '../../src-main/pipeline/ports.ts';
import type { OracleCase } from './oracle.ts';

/** @param cache is filled with the prompt */
export async function firstLogits(
  { preprocessor }: AnyCheckpoint,
  model: VisionLanguageModel,
  { image, image_span: [start, end], input_ids: ids }: OracleCase,
  cache = model.newCache(),
): Promise<Float32Array> {
  const picture = await decodeImage(image);
  const { pixels, grid } =
    preprocessor.geometry === 'dynamic'
      ? qwenPixels(picture, preprocessor)
      : { pixels: normalise(squareImage(picture, preprocessor), preprocessor), grid: model.profile.grid };
  const features = await model.encodeImage(pixels, grid);
  const parts = [
    { tokens: ids.slice(0, start) },
    { features, count: end - start, grid },
    { tokens: ids.slice(start + 1) },
  ];
  const { logits } = await model.forward(cache, { parts });
  assert.ok(logits);
  return logits;
}
