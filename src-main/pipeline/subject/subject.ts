/**
 * The model and the picture a sample is about, as the pipeline passes them around.
 */
import type { PictureRules } from '../../../src-shared/contract/preset.ts';
import { squareImage, normalise } from '../../checkpoint/image/clip-processor.ts';
import { decodeImage } from '../../checkpoint/image/decode.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import { qwenPixels, squaredQwenPixels } from '../../checkpoint/image/qwen-processor.ts';
import type { AnyCheckpoint } from '../../checkpoint/open.ts';
import type { PreprocessorConfig } from '../../checkpoint/preprocessor.ts';
import type { QwenPreprocessorConfig } from '../../checkpoint/qwen/preprocessor.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { dynamicPlacement, placementOf } from './geometry.ts';
import type { Placement } from './geometry.ts';
import type { VisionLanguageModel } from '../ports.ts';
import { refuseTooManyVisual } from './room.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Encodings of whole pictures that are kept somewhere. */
export interface PictureEncodings {
  /**
   * The kept encoding `[N, d]` of these numbers, or what `encode` gives, which is kept then: the same bits.
   * @param pixels as the model's `encodeImage` takes them
   * @throws only what `encode` throws
   */
  of(pixels: Float32Array, grid: Grid, encode: () => Promise<Float32Array>): Promise<Float32Array>;
}

/** A running model with the small files it came with. */
export interface Subject {
  readonly model: VisionLanguageModel;
  readonly checkpoint: Pick<AnyCheckpoint, 'tokenizer' | 'generation' | 'preprocessor' | 'rules'> & {
    readonly config: Pick<AnyCheckpoint['config'], 'imageTokenId' | 'rpn' | 'text'>;
  };
  /** Of whole pictures only: crops of the second look are asked for once. Absent: nothing is kept. */
  readonly encodings?: PictureEncodings | undefined;
}

/** A decoded picture and its visual features `[N, d]` under one model. */
export interface EncodedImage {
  readonly image: RgbImage;
  readonly features: Float32Array;
  /** Where the features' grid lies on the picture. */
  readonly placement: Placement;
}

/**
 * Decodes, squares and encodes a picture.
 * @param squareTokens for models with dynamic grids: the picture is centred on a grey square of this many visual
 *   tokens, as the teacher sees it (METHOD §1); null: it is taken as it is.
 * @param rules how the file becomes pixels; absent: the authors'
 * @throws FoveaError as `decodeImage` and `refuseTooManyVisual` do.
 */
export async function encodeImageFile(
  subject: Subject,
  path: string,
  watch: Stopwatch,
  squareTokens: number | null = null,
  rules?: PictureRules,
): Promise<EncodedImage> {
  const image = await watch.time('decode', () => decodeImage(path, rules));
  return encodeImage(subject, image, watch, squareTokens);
}

/** As {@link encodeImageFile}, of a decoded picture. */
export async function encodeImage(
  subject: Subject,
  image: RgbImage,
  watch: Stopwatch,
  squareTokens: number | null,
): Promise<EncodedImage> {
  const { pixels, placement } = await watch.time('preprocess', () =>
    Promise.resolve(preparePixels(subject, image, squareTokens)),
  );
  refuseTooManyVisual(subject, placement.grid);
  const encode = (): Promise<Float32Array> =>
    watch.time('encode', () => subject.model.encodeImage(pixels, placement.grid));
  const features = await (subject.encodings?.of(pixels, placement.grid, encode) ?? encode());
  return { image, features, placement };
}

export interface Prepared {
  /** What `encodeImage` of the model takes. */
  readonly pixels: Float32Array;
  readonly placement: Placement;
}

/** A picture through the checkpoint's image processor. */
export function preparePixels(
  { model, checkpoint: { preprocessor } }: Subject,
  image: RgbImage,
  squareTokens: number | null,
): Prepared {
  return preprocessor.geometry === 'dynamic'
    ? dynamicPixels(image, preprocessor, squareTokens)
    : squarePixels(image, preprocessor, model.profile.grid);
}

function squarePixels(image: RgbImage, config: PreprocessorConfig, grid: Grid): Prepared {
  return {
    pixels: normalise(squareImage(image, config), config),
    placement: placementOf(config.geometry, [image.width, image.height], grid, config.side),
  };
}

function dynamicPixels(
  image: RgbImage,
  config: QwenPreprocessorConfig,
  squareTokens: number | null,
): Prepared {
  const { pixels, grid } =
    squareTokens === null ? qwenPixels(image, config) : squaredQwenPixels(image, config, squareTokens);
  const size = [image.width, image.height] as const;
  const tokenSide = config.patchSize * config.mergeSize;
  return { pixels, placement: dynamicPlacement(size, grid, squareTokens !== null, tokenSide) };
}
