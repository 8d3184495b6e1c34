/** The pixel budget and the normalisation of Qwen2.5-VL's image processor; `processor-file.ts` says in which file. */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { checkJson } from '../files/json-file.ts';
import type { UnknownKey } from '../keys/check.ts';
import { QWEN_PROCESSOR_FILE_KEYS, QWEN_PROCESSOR_KEYS } from '../keys/processor.ts';
import { readProcessorFile } from '../processor-file.ts';
import { CLIP_MEAN, CLIP_STD, normalisationShape, PIL_BICUBIC } from '../preprocessor.ts';
import type { QwenVisionConfig } from './config.ts';

const count = z.number().int().positive();
const schema = z.object({
  min_pixels: count.nullish(),
  max_pixels: count.nullish(),
  size: z.strictObject({ shortest_edge: count.nullish(), longest_edge: count.nullish() }).nullish(),
  patch_size: count.nullish(),
  merge_size: count.nullish(),
  temporal_patch_size: count.nullish(),
  resample: z.number().int().nullish(),
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

/** Qwen2VLImageProcessor's own numbers, in force where the file does not say. */
const CLASS = { minPixels: 56 * 56, maxPixels: 28 * 28 * 1280, patch: 14, merge: 2, temporal: 2 };

/**
 * `min_pixels` and `max_pixels` win over `size`, in every transformers from 4.49 to 5.24.
 * @throws FoveaError `unsupported_model` for another filter or patches other than the encoder's, `bad_checkpoint` where
 *   there is no file or its pixel budget is one that no picture can keep.
 */
export async function readQwenPreprocessor(
  dir: string,
  vision: QwenVisionConfig,
): Promise<{ readonly preprocessor: QwenPreprocessorConfig; readonly unknownKeys: readonly UnknownKey[] }> {
  const tables = { image: QWEN_PROCESSOR_KEYS, file: QWEN_PROCESSOR_FILE_KEYS };
  const again = 'Download the checkpoint folder again, with all of its .json files';
  const { image, path, unknownKeys } = await readProcessorFile([dir], tables, again);
  const json = checkJson(schema, image, path);
  const { patchSize, mergeSize, temporalPatchSize } = vision;
  const same =
    (json.patch_size ?? CLASS.patch) === patchSize &&
    (json.merge_size ?? CLASS.merge) === mergeSize &&
    (json.temporal_patch_size ?? CLASS.temporal) === temporalPatchSize;
  if (!same || (json.resample ?? PIL_BICUBIC) !== PIL_BICUBIC) {
    throw new FoveaError('unsupported_model', 'the image processor does not fit the vision encoder', {
      where: path,
      next: 'Its patch_size, merge_size and temporal_patch_size must be those of config.json, resample 3 (bicubic)',
    });
  }
  const size = json.size ?? { shortest_edge: CLASS.minPixels, longest_edge: CLASS.maxPixels };
  const minPixels = json.min_pixels ?? size.shortest_edge ?? null;
  const maxPixels = json.max_pixels ?? size.longest_edge ?? null;
  if (minPixels === null || maxPixels === null) {
    throw new FoveaError('bad_checkpoint', "the image processor's pixel budget has one end only", {
      where: path,
      next: 'Give both min_pixels and max_pixels (or size.shortest_edge and longest_edge)',
    });
  }
  checkBudget(minPixels, maxPixels, (patchSize * mergeSize) ** 2, path);
  const preprocessor = {
    geometry: 'dynamic',
    minPixels,
    maxPixels,
    patchSize,
    mergeSize,
    temporalPatchSize,
    rescaleFactor: json.rescale_factor,
    mean: json.image_mean ?? CLIP_MEAN,
    std: json.image_std ?? CLIP_STD,
  } as const;
  return { preprocessor, unknownKeys };
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
