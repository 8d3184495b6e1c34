/**
 * Qwen2.5-VL's image processor: a picture keeps its shape, is resized (Pillow's bicubic) to multiples of a visual
 * token's side within a pixel budget, and becomes rows of patches. Source: Qwen2VLImageProcessor of transformers
 * (smart_resize and the order of patchify). Axes: grid [H, W] of visual tokens, each m×m patches of p×p pixels.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { QwenPreprocessorConfig } from '../qwen/preprocessor.ts';
import type { RgbImage } from './decode.ts';
import type { Canvas } from './resample.ts';
import { resize } from './resample.ts';

/** Eight times the published upper budget: a picture of it takes some gigabytes already. */
const MAX_RESIZED_PIXELS = 100_000_000;
/** The reference refuses thinner pictures. */
const MAX_ASPECT = 200;

export interface QwenPixels {
  /** `[4·H·W patches, 3·t·p·p]`; patches of one visual token lie together, tokens row-major. */
  readonly pixels: Float32Array;
  readonly grid: Grid;
}

/** Python's round: halves go to the even neighbour. */
function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * Height and width after resizing: multiples of `factor`, their product within the budget, the aspect kept as well
 * as that allows. @throws FoveaError `bad_image` when one side is more than 200 times the other.
 */
export function smartResize(
  height: number,
  width: number,
  factor: number,
  minPixels: number,
  maxPixels: number,
): readonly [height: number, width: number] {
  if (Math.max(height, width) / Math.min(height, width) > MAX_ASPECT) {
    throw new FoveaError('bad_image', `a picture of ${width} × ${height} is too thin for this model`, {
      next: `One side may be ${MAX_ASPECT} times the other at most`,
    });
  }
  const h = roundHalfEven(height / factor) * factor;
  const w = roundHalfEven(width / factor) * factor;
  if (h * w > maxPixels) {
    const beta = Math.sqrt((height * width) / maxPixels);
    const down = (side: number) => Math.max(factor, Math.floor(side / beta / factor) * factor);
    return [down(height), down(width)];
  }
  if (h * w < minPixels) {
    const beta = Math.sqrt(minPixels / (height * width));
    const up = (side: number) => Math.ceil((side * beta) / factor) * factor;
    return [up(height), up(width)];
  }
  return [h, w];
}

/**
 * A picture, or one lying on a larger canvas (the teacher's grey square), as the encoder's patches.
 * @throws FoveaError `bad_image` as {@link smartResize}, `bad_checkpoint` when the pixel budget is absurd.
 */
export function qwenPixels(image: RgbImage, config: QwenPreprocessorConfig, canvas?: Canvas): QwenPixels {
  const { patchSize: p, mergeSize: m, temporalPatchSize: t, minPixels, maxPixels } = config;
  const { width, height } = canvas ?? image;
  const [h, w] = smartResize(height, width, p * m, minPixels, maxPixels);
  if (h * w > MAX_RESIZED_PIXELS) {
    const what = `the image processor would make ${w} × ${h} pixels of a picture of ${width} × ${height}`;
    throw new FoveaError('bad_checkpoint', what, {
      where: 'preprocessor_config.json',
      next: 'Compare its min_pixels and max_pixels with the published ones',
    });
  }
  const resized = resize(image, w, h, 'bicubic', canvas);
  const grid = [h / (p * m), w / (p * m)] as const;
  const tables = [0, 1, 2].map((c) => levels(config, c));
  const pixels = new Float32Array((h / p) * (w / p) * 3 * t * p * p);
  let at = 0;
  for (let row = 0; row < grid[0]; row++) {
    for (let col = 0; col < grid[1]; col++) {
      for (let part = 0; part < m * m; part++) {
        const y0 = (row * m + Math.floor(part / m)) * p;
        const x0 = (col * m + (part % m)) * p;
        for (let c = 0; c < 3; c++) {
          const table = tables[c] as Float32Array;
          const start = at;
          for (let y = y0; y < y0 + p; y++) {
            for (let x = x0; x < x0 + p; x++) pixels[at++] = table[resized[(y * w + x) * 3 + c]];
          }
          // A still picture is the same frame t times.
          for (let frame = 1; frame < t; frame++, at += p * p) pixels.copyWithin(at, start, start + p * p);
        }
      }
    }
  }
  return { pixels, grid };
}

/** METHOD §1: the teacher's picture lies centred on a square of this grey. */
export const GREY = 127;

/** The picture centred on a grey square, resized to `tokens` visual tokens: the pixel budget is exactly theirs. */
export function squaredQwenPixels(
  image: RgbImage,
  config: QwenPreprocessorConfig,
  tokens: number,
): QwenPixels {
  const side = Math.max(image.width, image.height);
  const budget = tokens * (config.patchSize * config.mergeSize) ** 2;
  return qwenPixels(
    image,
    { ...config, minPixels: budget, maxPixels: budget },
    {
      width: side,
      height: side,
      left: Math.floor((side - image.width) / 2),
      top: Math.floor((side - image.height) / 2),
      colour: [GREY, GREY, GREY],
    },
  );
}

/** What each 8-bit value becomes in channel `c`, in float32 after each step as NumPy does it. */
function levels({ mean, std, rescaleFactor }: QwenPreprocessorConfig, c: number): Float32Array {
  const [shift, scale] = [Math.fround(mean[c] ?? 0), Math.fround(std[c] ?? 1)];
  return Float32Array.from({ length: 256 }, (_, v) =>
    Math.fround(Math.fround(Math.fround(v * rescaleFactor) - shift) / scale),
  );
}
