/**
 * `preprocessor_config.json`: the numbers of CLIP's image processor. Kept beside the tower in the original layout and
 * beside config.json in llava-hf's.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ImageGeometry } from './config.ts';
import { readJsonIfThere } from './json-file.ts';

/** Share of a channel's range; padding is painted in it. */
const mean = z.number().min(0).max(1);
const triple = z.tuple([mean, mean, mean]);
/** Pixels are divided by these. */
const deviation = z.number().min(1e-3).max(1e3);
const positiveTriple = z.tuple([deviation, deviation, deviation]);
/** How pixels become numbers, with the same keys in every family's file. */
export const normalisationShape = {
  rescale_factor: z
    .number()
    .min(1e-6)
    .max(1)
    .default(1 / 255),
  image_mean: triple.optional(),
  image_std: positiveTriple.optional(),
};
const side = z.union([
  z.number().int().positive(),
  z
    .object({ height: z.number().int().positive(), width: z.number().int().positive() })
    .transform((s) => s.height),
  z.object({ shortest_edge: z.number().int().positive() }).transform((s) => s.shortest_edge),
]);
const schema = z.object({
  size: side.optional(),
  crop_size: side.optional(),
  do_pad: z.boolean().optional(),
  resample: z.number().int().default(3),
  ...normalisationShape,
});

/** OpenAI CLIP's normalisation, in force when the file does not say. */
export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
export const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;
/** PIL's number for BICUBIC. */
export const PIL_BICUBIC = 3;

export interface PreprocessorConfig {
  /** Side of the encoder's square in pixels. */
  readonly side: number;
  readonly geometry: ImageGeometry;
  readonly rescaleFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * @param dirs looked in, in this order.
 * @param imageSize the encoder's own side, which the file must agree with.
 * @param geometry what config.json says; null lets this file decide.
 * @throws FoveaError `unsupported_model` for another resampling filter or side.
 */
export async function readPreprocessor(
  dirs: readonly string[],
  imageSize: number,
  geometry: ImageGeometry | null,
): Promise<PreprocessorConfig> {
  for (const dir of dirs) {
    const path = join(dir, 'preprocessor_config.json');
    const json = await readJsonIfThere(path, schema);
    if (!json) continue;
    const stored = json.crop_size ?? json.size ?? imageSize;
    if (json.resample !== PIL_BICUBIC || stored !== imageSize) {
      const what =
        json.resample !== PIL_BICUBIC
          ? `resample ${json.resample}`
          : `a side of ${stored} for an encoder of ${imageSize}`;
      throw new FoveaError('unsupported_model', `Fovea does not run an image processor with ${what}`, {
        where: path,
        next: "It runs CLIP's: bicubic (3) to the encoder's own side",
      });
    }
    return {
      side: imageSize,
      geometry: geometry ?? (json.do_pad ? 'pad' : 'center_crop'),
      rescaleFactor: json.rescale_factor,
      mean: json.image_mean ?? CLIP_MEAN,
      std: json.image_std ?? CLIP_STD,
    };
  }
  return {
    side: imageSize,
    geometry: geometry ?? 'center_crop',
    rescaleFactor: 1 / 255,
    mean: CLIP_MEAN,
    std: CLIP_STD,
  };
}
