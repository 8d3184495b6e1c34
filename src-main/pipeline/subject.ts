/**
 * The model and the picture a sample is about, as the pipeline passes them around.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { squareImage, normalise } from '../checkpoint/image/clip-processor.ts';
import { decodeImage } from '../checkpoint/image/decode.ts';
import type { RgbImage } from '../checkpoint/image/decode.ts';
import type { VisionLanguageModel } from './ports.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A running model with the small files it came with. */
export interface Subject {
  readonly model: VisionLanguageModel;
  readonly checkpoint: Pick<Checkpoint, 'config' | 'tokenizer' | 'generation' | 'preprocessor'>;
}

/** A decoded picture and its visual features `[N, d]` under one model. */
export interface EncodedImage {
  readonly image: RgbImage;
  readonly features: Float32Array;
}

/**
 * Decodes, squares and encodes a picture.
 * @throws FoveaError as `decodeImage` does.
 */
export async function encodeImageFile(
  subject: Subject,
  path: string,
  watch: Stopwatch,
): Promise<EncodedImage> {
  const { preprocessor } = subject.checkpoint;
  const image = await watch.time('decode', () => decodeImage(path));
  const pixels = await watch.time('preprocess', () =>
    Promise.resolve(normalise(squareImage(image, preprocessor), preprocessor)),
  );
  const features = await watch.time('encode', () => subject.model.encodeImage(pixels));
  return { image, features };
}

/** Number of visual tokens of one picture. */
export function visualCount(model: VisionLanguageModel): number {
  const [rows, cols] = model.profile.grid;
  return rows * cols;
}
