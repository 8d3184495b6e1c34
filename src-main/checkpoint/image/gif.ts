/**
 * The first frame of a GIF as Pillow's plugin shows it: the canvas is the screen, grown where the frame reaches beyond
 * it; around the frame lies the transparent colour, or colour 0 where there is none; and every index has its palette's
 * colour, the transparent one too. libvips would make those black, so the frame is read here.
 * Source: the GIF89a specification; Pillow's GifImagePlugin for what is left open.
 */
import { colourTable, firstFrame } from './gif-frame.ts';
import { unpack } from './gif-lzw.ts';

/** Canvas size of the first frame. @throws Error when the bytes are no GIF with a frame. */
export function gifSize(bytes: Uint8Array): readonly [width: number, height: number] {
  const { size } = firstFrame(bytes);
  return size;
}

/**
 * @returns `rgb` `[height, width, 3]` and, where the frame names a transparent colour, `alpha` `[height, width]`.
 * @throws Error for a damaged or truncated frame.
 */
export function decodeGif(bytes: Uint8Array): {
  readonly size: readonly [width: number, height: number];
  readonly rgb: Uint8Array;
  readonly alpha: Uint8Array | null;
} {
  const frame = firstFrame(bytes);
  const [width, height] = frame.size;
  const indices = new Uint8Array(width * height).fill(frame.transparent ?? 0);
  const pixels = unpack(bytes, frame.dataAt, frame.width * frame.height);
  const rows = rowOrder(frame.height, frame.interlaced);
  for (let i = 0; i < frame.height; i++) {
    const row = pixels.subarray(i * frame.width, (i + 1) * frame.width);
    indices.set(row, (frame.top + (rows[i] as number)) * width + frame.left);
  }
  const palette = colourTable(frame.palette);
  const rgb = new Uint8Array(indices.length * 3);
  for (let i = 0, at = 0; i < indices.length; i++) {
    const from = indices[i] * 3;
    rgb[at++] = palette[from];
    rgb[at++] = palette[from + 1];
    rgb[at++] = palette[from + 2];
  }
  const alpha = frame.transparent === null ? null : indices.map((v) => (v === frame.transparent ? 0 : 255));
  return { size: frame.size, rgb, alpha };
}

/** Which row of the frame each stored row is. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const passes = interlaced
    ? [
        [0, 8],
        [4, 8],
        [2, 4],
        [1, 2],
      ]
    : [[0, 1]];
  const rows: number[] = [];
  for (const [start, step] of passes as [number, number][]) {
    for (let y = start; y < height; y += step) rows.push(y);
  }
  return rows;
}
