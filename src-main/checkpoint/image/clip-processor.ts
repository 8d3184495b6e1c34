/**
 * CLIP's image processor as LLaVA calls it: a picture to the encoder's square, a crop to the same square, and 8-bit
 * pixels to normalised float32. Sources: `expand2square` and `process_images` of LLaVA (mm_utils.py),
 * CLIPImageProcessor of transformers (bicubic, centre crop, rescale, normalise in that order).
 */
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { PreprocessorConfig } from '../preprocessor.ts';
import type { RgbImage } from './decode.ts';
import { resize } from './resample.ts';

/** The whole picture as the encoder's square: `[side, side, 3]` RGB, by the model's own geometry. */
export function squareImage(image: RgbImage, config: PreprocessorConfig): Uint8Array {
  return config.geometry === 'pad' ? padToSquare(image, config) : centreCrop(image, config.side);
}

/** LLaVA's geometry: centred on a square of the mean colour (truncated, not rounded), then bicubic to the side. */
function padToSquare(image: RgbImage, config: PreprocessorConfig): Uint8Array {
  const edge = Math.max(image.width, image.height);
  return resize(image, config.side, config.side, 'bicubic', {
    width: edge,
    height: edge,
    left: Math.floor((edge - image.width) / 2),
    top: Math.floor((edge - image.height) / 2),
    colour: meanColour(config.mean),
  });
}

/** An image processor's mean as 8-bit RGB, truncated as LLaVA's padding has it: (nearly) zero to the model. */
export function meanColour([r, g, b]: readonly [number, number, number]): [r: number, g: number, b: number] {
  return [Math.trunc(r * 255), Math.trunc(g * 255), Math.trunc(b * 255)];
}

/** CLIP's own geometry: shortest edge to the side (the other truncated), then the middle square. */
function centreCrop(image: RgbImage, side: number): Uint8Array {
  const [width, height] = shortestEdgeSize(image.width, image.height, side);
  const resized = resize(image, width, height, 'bicubic');
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  return cut({ width, height, data: resized }, [left, top, left + side, top + side]).data;
}

/** Size after resizing the shortest edge to `side`, as transformers' `get_resize_output_image_size` computes it. */
export function shortestEdgeSize(
  width: number,
  height: number,
  side: number,
): readonly [width: number, height: number] {
  return width <= height
    ? [side, Math.trunc((side * height) / width)]
    : [Math.trunc((side * width) / height), side];
}

/**
 * A box of the picture straight to the encoder's square, ignoring its aspect (METHOD §4): PIL crop, bilinear resize.
 * @param box whole source pixels inside the picture, of positive area.
 * @returns `[side, side, 3]` RGB.
 */
export function cropImage(image: RgbImage, box: SourceXyxy, side: number): Uint8Array {
  return resize(cut(image, box), side, side, 'bilinear');
}

/**
 * 8-bit square to the encoder's input: × 1/255, − mean, ÷ std, in float32 after each step as NumPy does it.
 * @returns `[3, side, side]`.
 */
export function normalise(square: Uint8Array, config: PreprocessorConfig): Float32Array {
  const area = config.side * config.side;
  const out = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) {
    const mean = Math.fround(config.mean[c]);
    const std = Math.fround(config.std[c]);
    const table = Float32Array.from({ length: 256 }, (_, v) =>
      Math.fround(Math.fround(Math.fround(v * config.rescaleFactor) - mean) / std),
    );
    for (let i = 0; i < area; i++) out[c * area + i] = table[square[i * 3 + c]];
  }
  return out;
}

/** A box of whole pixels inside the picture, as a picture. */
export function cut(image: RgbImage, [x0, y0, x1, y1]: SourceXyxy): RgbImage {
  const width = x1 - x0;
  const height = y1 - y0;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y0 + y) * image.width + x0) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}
