/**
 * Where a picture's visual tokens lie in the encoder's windows, worked out on the host. Most of Qwen2.5-VL's vision
 * layers attend within square windows. Windows at the picture's edge are smaller; here all have the same number of
 * rows, some of them empty and masked, so that a layer is one batched product.
 * Axes: W windows, R = m²·s² patches per window (s visual tokens a side, m×m patches each), c head size.
 */
import type { QwenVisionConfig } from '../../src-main/checkpoint/qwen/config.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { VisionFeed } from './types.ts';

/** Low enough to vanish in a softmax, and finite because shaders may not know infinity. */
const MASKED = -3e38;

/** Inputs of the vision graph (qwen-vit.ts) for `pixels` `[patches, width]` in the processor's order. */
export function windowFeeds(
  config: QwenVisionConfig,
  pixels: Float32Array,
  [height, width]: Grid,
): Record<string, VisionFeed> {
  const { windowCells: s, mergeSize: m, heads, hiddenSize } = config;
  const c = hiddenSize / heads;
  const windowsAcross = Math.ceil(width / s);
  const W = Math.ceil(height / s) * windowsAcross;
  const R = s * s * m * m;
  const patch = pixels.length / (height * width * m * m);
  const placed = new Float32Array(W * R * patch);
  const mask = new Float32Array(W * R).fill(MASKED);
  const [cos, sin] = [new Float32Array(W * R * c), new Float32Array(W * R * c)];
  const order = new BigInt64Array(height * width);
  const frequencies = rotaryFrequencies(c, config.ropeTheta);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      const window = Math.floor(y / s) * windowsAcross + Math.floor(x / s);
      const slot = window * s * s + (y % s) * s + (x % s);
      order[cell] = BigInt(slot);
      const rows = m * m * patch;
      placed.set(pixels.subarray(cell * rows, (cell + 1) * rows), slot * rows);
      for (let part = 0; part < m * m; part++) {
        const row = slot * m * m + part;
        mask[row] = 0;
        rotate(cos, sin, row * c, [y * m + Math.floor(part / m), x * m + (part % m)], frequencies);
      }
    }
  }
  return {
    pixels: [placed, [W, R, patch]],
    key_mask: [mask, [W, R]],
    cos: [cos, [W, R, c]],
    sin: [sin, [W, R, c]],
    order: [order, [height * width]],
  };
}

/** Frequencies of one axis: half of the head's pairs turn with the row, half with the column. */
function rotaryFrequencies(c: number, theta: number): Float32Array {
  return Float32Array.from({ length: c / 4 }, (_, i) => {
    const exponent = Math.fround((2 * i) / (c / 2));
    return Math.fround(1 / Math.fround(theta ** exponent));
  });
}

/** One patch's table row: angles of its row, then of its column, and both again for the head's second half. */
function rotate(
  cos: Float32Array,
  sin: Float32Array,
  at: number,
  position: readonly [row: number, col: number],
  frequencies: Float32Array,
): void {
  const quarter = frequencies.length;
  for (const [axis, index] of position.entries()) {
    for (let i = 0; i < quarter; i++) {
      const angle = Math.fround(index * (frequencies[i] as number));
      const to = at + axis * quarter + i;
      cos[to] = cos[to + 2 * quarter] = Math.cos(angle);
      sin[to + 2 * quarter] = Math.sin(angle);
      sin[to] = -Math.sin(angle);
    }
  }
}
