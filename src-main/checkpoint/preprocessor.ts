/**
 * The numbers of CLIP's image processor, which LLaVA's is too. Kept beside the tower in the original layout and beside
 * config.json in llava-hf's; `processor-file.ts` says in which file.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ImageGeometry } from './config.ts';
import { checkJson } from './files/json-file.ts';
import type { UnknownKey } from './keys/check.ts';
import { CLIP_PROCESSOR_KEYS, LLAVA_PROCESSOR_FILE_KEYS } from './keys/processor.ts';
import type { ProcessorFile } from './processor-file.ts';
import { readProcessorFile } from './processor-file.ts';

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
    .nullish()
    .transform((factor) => factor ?? 1 / 255),
  image_mean: triple.nullish(),
  image_std: positiveTriple.nullish(),
};
const length = z.number().int().positive();
const sizeSchema = z.union([
  length.transform((side) => ({ shortest_edge: side })),
  z.strictObject({ shortest_edge: length }),
  z.strictObject({ height: length, width: length }),
]);
const schema = z.object({
  size: sizeSchema.nullish().transform((size) => size ?? { shortest_edge: CLASS_SIDE }),
  crop_size: z
    .union([
      length.transform((side) => ({ height: side, width: side })),
      z.strictObject({ height: length, width: length }),
    ])
    .nullish()
    .transform((crop) => crop ?? { height: CLASS_SIDE, width: CLASS_SIDE }),
  image_processor_type: z.string().nullish(),
  do_center_crop: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
  resample: z.number().int().nullish(),
  ...normalisationShape,
});
const aroundSchema = z.object({
  patch_size: length.nullish(),
  vision_feature_select_strategy: z.string().nullish(),
  num_additional_image_tokens: z.number().int().nullish(),
});

/** OpenAI CLIP's normalisation, in force when the file does not say; and the processor class's own side. */
export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
export const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;
const CLASS_SIDE = 224;
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

/** What the encoder and config.json say. */
export interface ExpectedPictures {
  /** Side of the encoder's square, and of a patch. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** `image_aspect_ratio` of config.json; null lets the processor decide. */
  readonly geometry: ImageGeometry | null;
  /** Whether it is the model's code that pads, as the original layout's does, and not the processor. */
  readonly original: boolean;
  /** `ORG/NAME` of a repository that has the files. */
  readonly repository: string | null;
}

/**
 * @param dirs looked in, in this order.
 * @throws FoveaError `bad_checkpoint` where there is no file; `unsupported_model` for another filter, side or order of
 *   steps than Fovea's.
 */
export async function readPreprocessor(
  dirs: readonly string[],
  expected: ExpectedPictures,
): Promise<{ readonly preprocessor: PreprocessorConfig; readonly unknownKeys: readonly UnknownKey[] }> {
  const tables = { image: CLIP_PROCESSOR_KEYS, file: LLAVA_PROCESSOR_FILE_KEYS };
  const next = expected.repository
    ? `Download the one of the vision tower with: fovea model download ${expected.repository}`
    : 'Download the checkpoint folder again, with all of its .json files';
  const file = await readProcessorFile(dirs, tables, next);
  const json = checkJson(schema, file.image, file.path);
  const wrong = unlikeOurs(json, expected) ?? otherCount(file, expected);
  if (wrong !== null) {
    throw new FoveaError('unsupported_model', `Fovea does not run an image processor with ${wrong}`, {
      where: file.path,
      next: "It runs CLIP's and LLaVA's: bicubic (3) to the encoder's own side, cut at the centre or padded before",
    });
  }
  const padded = expected.original ? expected.geometry === 'pad' : padsToSquare(json);
  return {
    preprocessor: {
      side: expected.imageSize,
      geometry: padded ? 'pad' : 'center_crop',
      rescaleFactor: json.rescale_factor,
      mean: json.image_mean ?? CLIP_MEAN,
      std: json.image_std ?? CLIP_STD,
    },
    unknownKeys: file.unknownKeys,
  };
}

/** LLaVA's processor, which llava-hf takes where the file names none, pads to a square; CLIP's knows no square. */
function padsToSquare({ do_pad, image_processor_type: type }: z.infer<typeof schema>): boolean {
  return do_pad === true && !type?.startsWith('CLIP');
}

/** What of the processor Fovea does not do, in words; null where it does all of it. */
function unlikeOurs(
  json: z.infer<typeof schema>,
  { imageSize, geometry, original }: ExpectedPictures,
): string | null {
  const { size, crop_size: crop } = json;
  const pads = padsToSquare(json);
  const resample = json.resample ?? PIL_BICUBIC;
  if (resample !== PIL_BICUBIC) return `resample ${resample}`;
  if (!original && geometry === 'pad' && !pads) {
    return "image_aspect_ratio pad in config.json and no do_pad: llava-hf's processor obeys only do_pad";
  }
  if (original && pads && geometry !== 'pad') return 'do_pad and no image_aspect_ratio pad in config.json';
  const square = pads || geometry === 'pad';
  const sides = 'shortest_edge' in size ? [size.shortest_edge] : [size.height, size.width];
  if (sides.some((side) => side !== imageSize)) {
    return `size ${sides.join('×')} for an encoder of ${imageSize}`;
  }
  // A square comes out of every kind of resize, and of a crop of its own side, as it is.
  if (!square && !('shortest_edge' in size))
    return 'a size of height and width, which changes the shape of pictures';
  if (json.do_center_crop === false) return square ? null : 'do_center_crop false';
  if (crop.height !== imageSize || crop.width !== imageSize) {
    return `crop_size ${crop.height}×${crop.width} for an encoder of ${imageSize}`;
  }
  return null;
}

/**
 * processor_config.json counts a picture's tokens itself: as many as the encoder gives, or transformers refuses the
 * picture. The class token is counted by `num_additional_image_tokens` and taken away by the strategy `default`.
 */
function otherCount({ around, path }: ProcessorFile, { patchSize }: ExpectedPictures): string | null {
  const stated = checkJson(aroundSchema, around, path);
  if ((stated.patch_size ?? null) === null) return null;
  if (stated.patch_size !== patchSize)
    return `patch_size ${stated.patch_size} for an encoder of ${patchSize}`;
  const strategy = stated.vision_feature_select_strategy ?? 'full';
  const surplus = (stated.num_additional_image_tokens ?? 0) - (strategy === 'default' ? 1 : 0);
  if (surplus === 0) return null;
  return `num_additional_image_tokens ${stated.num_additional_image_tokens ?? 0} and vision_feature_select_strategy ${strategy}, another number of tokens than the encoder gives`;
}
