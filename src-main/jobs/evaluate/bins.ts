/** What samples are sliced by where the data says a number: how large and where the known region is, how long the right answer. */
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';

/** Shares of the picture that end a slice; names sort in their order. */
const SIZES = [
  [0.005, 'under 0.5%'],
  [0.02, '0.5–2%'],
  [0.08, '2–8%'],
  [Infinity, '8% and more'],
] as const;
/** Characters of the right answer. */
const LENGTHS = [
  [4, '1–3 characters'],
  [11, '4–10 characters'],
  [31, '11–30 characters'],
  [Infinity, 'over 30 characters'],
] as const;
const ROWS = ['top', 'middle', 'bottom'] as const;
const COLUMNS = ['left', 'centre', 'right'] as const;

/** In the order that a person reads them in, by the kind of slice; other values stand in the order of their letters. */
export const BIN_ORDER: Readonly<Record<'size' | 'place' | 'length', readonly string[]>> = {
  size: SIZES.map(([, name]) => name),
  place: ROWS.flatMap((row) => COLUMNS.map((column) => `${row} ${column}`)),
  length: LENGTHS.map(([, name]) => name),
};

/** By the part of the picture that the box takes. */
export function sizeBin(
  [x0, y0, x1, y1]: SourceXyxy,
  [width, height]: readonly [width: number, height: number],
): string {
  return binOf(((x1 - x0) * (y1 - y0)) / (width * height), SIZES);
}

/** In which ninth of the picture the middle of the box lies. */
export function placeBin(
  [x0, y0, x1, y1]: SourceXyxy,
  [width, height]: readonly [width: number, height: number],
): string {
  const third = (middle: number): 0 | 1 | 2 => Math.min(2, Math.max(0, Math.floor(3 * middle))) as 0 | 1 | 2;
  return `${ROWS[third((y0 + y1) / 2 / height)]} ${COLUMNS[third((x0 + x1) / 2 / width)]}`;
}

/** By the characters of the (first) right answer; null: none is known. */
export function lengthBin(answer: string | null): string | null {
  if (answer === null || answer.trim() === '') return null;
  return binOf([...answer.trim()].length, LENGTHS);
}

function binOf(value: number, bins: readonly (readonly [number, string])[]): string {
  return bins.find(([end]) => value < end)![1];
}
