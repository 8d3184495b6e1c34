/**
 * COCO's run-length masks: column-major runs, zeros first; uncompressed as a list, compressed as COCO's own
 * 5-bits-per-character text. Masks are cut straight from cells, so no picture-sized array is made.
 */
import { checkImageSize } from './check.ts';
import type { Grid, GridTransform, SourceXyxy } from './types.ts';

export interface Rle {
  /** [height, width], as COCO has it. */
  readonly size: readonly [height: number, width: number];
  /** Lengths of alternating runs of 0 and 1 down the columns; starts with 0s, possibly of length 0. */
  readonly counts: readonly number[];
}

/** Collects runs; equal neighbours are joined. */
class RunWriter {
  readonly counts: number[] = [];
  #value = 0;
  #length = 0;

  add(value: 0 | 1, length: number): void {
    if (length === 0) return;
    if (value !== this.#value) {
      this.counts.push(this.#length);
      this.#value = value;
      this.#length = 0;
    }
    this.#length += length;
  }

  finish(): number[] {
    if (this.#length > 0) this.counts.push(this.#length);
    return this.counts;
  }
}

/** RLE of a row-major `[height*width]` mask. */
export function rleFromMask(mask: ArrayLike<number>, size: readonly [width: number, height: number]): Rle {
  checkImageSize(size);
  const [width, height] = size;
  const runs = new RunWriter();
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) runs.add(mask[y * width + x] ? 1 : 0, 1);
  }
  return { size: [height, width], counts: runs.finish() };
}

/** The row-major `[height*width]` mask of an RLE. Throws RangeError when the runs do not fill it exactly. */
export function maskFromRle(rle: Rle): Uint8Array {
  const [height, width] = rle.size;
  const mask = new Uint8Array(height * width);
  let at = 0;
  rle.counts.forEach((length, i) => {
    for (let k = 0; k < length; k++, at++)
      if (i % 2) mask[(at % height) * width + Math.floor(at / height)] = 1;
  });
  if (at !== mask.length) throw new RangeError(`runs cover ${at} pixels of ${mask.length}`);
  return mask;
}

/**
 * RLE in source pixels of the cells where `cells` `[H*W]` is not 0: a pixel belongs to the cell its centre falls in,
 * pixels outside the grid to none. `size` is the picture's [width, height].
 */
export function rleFromCells(
  cells: ArrayLike<number>,
  grid: Grid,
  transform: GridTransform,
  size: readonly [width: number, height: number],
): Rle {
  checkImageSize(size);
  const [width, height] = size;
  const rowSpans = spans(height, transform.scaleY, transform.offsetY, grid[0]);
  const colSpans = spans(width, transform.scaleX, transform.offsetX, grid[1]);
  const runs = new RunWriter();
  for (const col of colSpans) {
    for (let x = 0; x < col.length; x++) {
      for (const row of rowSpans) {
        const on = row.cell >= 0 && col.cell >= 0 && cells[row.cell * grid[1] + col.cell];
        runs.add(on ? 1 : 0, row.length);
      }
    }
  }
  return { size: [height, width], counts: runs.finish() };
}

/** Pixels of one axis in order, grouped by the cell they fall in; -1 outside the grid. */
export function spans(
  pixels: number,
  scale: number,
  offset: number,
  cells: number,
): { cell: number; length: number }[] {
  const out: { cell: number; length: number }[] = [];
  for (let i = 0; i < pixels; i++) {
    const at = Math.floor((i + 0.5) * scale + offset);
    const cell = at >= 0 && at < cells ? at : -1;
    const last = out.at(-1);
    if (last?.cell === cell) last.length++;
    else out.push({ cell, length: 1 });
  }
  return out;
}

/** Pixels of value 1. */
export function rleArea(rle: Rle): number {
  return rle.counts.reduce((sum, length, i) => (i % 2 ? sum + length : sum), 0);
}

/** The tight xyxy box of the pixels of value 1, or null when there are none. */
export function rleBox(rle: Rle): SourceXyxy | null {
  const height = rle.size[0];
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
  let start = 0;
  rle.counts.forEach((length, i) => {
    const end = start + length;
    if (i % 2 && length > 0) {
      const firstColumn = Math.floor(start / height);
      const lastColumn = Math.floor((end - 1) / height);
      x0 = Math.min(x0, firstColumn);
      x1 = Math.max(x1, lastColumn + 1);
      // A run over a column's end takes in its last row and the next one's first.
      y0 = Math.min(y0, firstColumn === lastColumn ? start % height : 0);
      y1 = Math.max(y1, firstColumn === lastColumn ? ((end - 1) % height) + 1 : height);
    }
    start = end;
  });
  return x1 < 0 ? null : [x0, y0, x1, y1];
}

/** COCO's compressed text: each run less the one two before, 5 bits a character from '0' on, sign-extended. */
export function compressRle(rle: Rle): string {
  let text = '';
  rle.counts.forEach((length, i) => {
    let rest = i > 2 ? length - rle.counts[i - 2]! : length;
    for (let more = true; more;) {
      const bits = rest & 0x1f;
      rest >>= 5;
      more = bits & 0x10 ? rest !== -1 : rest !== 0;
      text += String.fromCharCode(48 + (more ? bits | 0x20 : bits));
    }
  });
  return text;
}

/** The inverse of {@link compressRle}. Throws RangeError on text that ends inside a number. */
export function expandRle(text: string, size: Rle['size']): Rle {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let value = 0;
    let shift = 0;
    for (let more = true; more; shift += 5) {
      if (at >= text.length) throw new RangeError('compressed runs end inside a number');
      const code = text.charCodeAt(at++) - 48;
      value |= (code & 0x1f) << shift;
      more = (code & 0x20) !== 0;
      if (!more && code & 0x10) value |= -1 << (shift + 5);
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2]! : value);
  }
  return { size, counts };
}
