/** `preprocessor_config.json` of Qwen2.5-VL: the pixel budget and the normalisation of its image processor. */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readJsonIfThere } from '../json-file.ts';
import { CLIP_MEAN, CLIP_STD, normalisationShape, PIL_BICUBIC } from '../preprocessor.ts';
import type { QwenVisionConfig } from './config.ts';

const count = z.number().int().positive();
const schema = z.object({
  min_pixels: count.nullish(),
  max_pixels: count.nullish(),
  size: z.object({ shortest_edge: count.optional(), longest_edge: count.optional() }).nullish(),
  patch_size: count.optional(),
  merge_size: count.optional(),
  temporal_patch_size: count.optional(),
  resample: z.number().int().default(PIL_BICUBIC),
  ...normalisationShape,
});

export interface QwenPreprocessorConfig {
  /** The picture keeps its shape; its grid follows from its size. */
  readonly geometry: 'dynamic';
  /** Pixels of the resized picture lie between these. */
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly patchSize: number;
  readonly mergeSize: number;
  readonly temporalPatchSize: number;
  readonly rescaleFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Missing values are Qwen2VLImageProcessor's own: 56·56 to 28·28·1280 pixels.
 * @throws FoveaError `unsupported_model` for another filter or patches other than the encoder's, `bad_checkpoint` for a
 *   pixel budget that no picture can keep.
 */
export async function readQwenPreprocessor(
  dir: string,
  vision: QwenVisionConfig,
): Promise<QwenPreprocessorConfig> {
  const path = join(dir, 'preprocessor_config.json');
  const json = (await readJsonIfThere(path, schema)) ?? schema.parse({});
  const { patchSize, mergeSize, temporalPatchSize } = vision;
  const same =
    (json.patch_size ?? patchSize) === patchSize &&
    (json.merge_size ?? mergeSize) === mergeSize &&
    (json.temporal_patch_size ?? temporalPatchSize) === temporalPatchSize;
  if (!same || json.resample !== PIL_BICUBIC) {
    throw new FoveaError('unsupported_model', 'the image processor does not fit the vision encoder', {
      where: path,
      next: 'Its patch_size, merge_size and temporal_patch_size must be those of config.json, resample 3 (bicubic)',
    });
  }
  const minPixels = json.min_pixels ?? json.size?.shortest_edge ?? 56 * 56;
  const maxPixels = json.max_pixels ?? json.size?.longest_edge ?? 28 * 28 * 1280;
  checkBudget(minPixels, maxPixels, (patchSize * mergeSize) ** 2, path);
  return {
    geometry: 'dynamic',
    minPixels,
    maxPixels,
    patchSize,
    mergeSize,
    temporalPatchSize,
    rescaleFactor: json.rescale_factor,
    mean: json.image_mean ?? CLIP_MEAN,
    std: json.image_std ?? CLIP_STD,
  };
}

/** @param token pixels of one visual token, the smallest picture there is */
function checkBudget(min: number, max: number, token: number, where: string): void {
  const wrong =
    min > max
      ? `min_pixels ${min} is above max_pixels ${max}`
      : max < token
        ? `max_pixels ${max} is below the ${token} of one visual token`
        : null;
  if (wrong === null) return;
  throw new FoveaError('bad_checkpoint', `the image processor's pixel budget contradicts itself: ${wrong}`, {
    where,
    next: 'Compare its min_pixels and max_pixels (or size.shortest_edge and longest_edge) with the published ones',
  });
}
