/** How alike two questions' words and two labels' foregrounds are. All of it is the same in both directions. */

import { FG, type Grid, type GridTransform } from '../../../src-shared/kernels/types.ts';

/** A word that every question has still tells two equal questions from two others. */
const LEAST_WEIGHT = 0.05;
/** Foregrounds are compared on this many points across and down the picture, whatever their grids. */
const MASK_SIDE = 24;
const NAMED_WORDS = 3;
/** A tenth of all questions have such a word. */
const TELLING = LEAST_WEIGHT + Math.LN10;

/** Words as people write them, in any script; scripts without spaces count by character. */
export function wordsOf(text: string): Set<string> {
  const folded = text.normalize('NFKC').toLowerCase();
  return new Set(
    folded.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu) ?? [],
  );
}

/** The weight of a word among these questions: ln((n + 1) ÷ (questions with it + 1)), and a little. */
export function wordWeights(questions: readonly string[]): (word: string) => number {
  const withIt = new Map<string, number>();
  for (const question of questions) {
    for (const word of wordsOf(question)) withIt.set(word, (withIt.get(word) ?? 0) + 1);
  }
  const n = questions.length + 1;
  return (word) => LEAST_WEIGHT + Math.log(n / ((withIt.get(word) ?? 0) + 1));
}

/** Weight of the shared words over that of all, and the most telling that are shared. Without words: 0. */
export function wordLikeness(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  weightOf: (word: string) => number,
): { share: number; shared: string[] } {
  const weigh = (words: Iterable<string>): number =>
    [...words].sort().reduce((sum, word) => sum + weightOf(word), 0);
  const shared = [...a].filter((word) => b.has(word));
  const all = weigh(new Set([...a, ...b]));
  shared.sort((one, other) => weightOf(other) - weightOf(one) || (one < other ? -1 : 1));
  return {
    share: all === 0 ? 0 : weigh(shared) / all,
    shared: shared.filter((word) => weightOf(word) > TELLING).slice(0, NAMED_WORDS),
  };
}

/**
 * Where the foreground lies on the picture: 1 or 0 at the middle of each of {@link MASK_SIDE}² equal parts of it.
 * @param label `[H*W]` int8 bytes of `grid`; @param size the picture's width and height in pixels
 */
export function foregroundMask(
  label: Uint8Array,
  [rows, cols]: Grid,
  { scaleX, scaleY, offsetX, offsetY }: GridTransform,
  [width, height]: readonly [number, number],
): Uint8Array {
  const mask = new Uint8Array(MASK_SIDE * MASK_SIDE);
  for (let at = 0; at < mask.length; at++) {
    const x = (((at % MASK_SIDE) + 0.5) / MASK_SIDE) * width;
    const y = ((Math.floor(at / MASK_SIDE) + 0.5) / MASK_SIDE) * height;
    const [row, col] = [Math.floor(y * scaleY + offsetY), Math.floor(x * scaleX + offsetX)];
    if (row < 0 || col < 0 || row >= rows || col >= cols) continue;
    mask[at] = label[row * cols + col] === FG ? 1 : 0;
  }
  return mask;
}

/** Intersection over union; 0 when both are empty. */
export function maskOverlap(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    either += a[i]! | b[i]!;
  }
  return either === 0 ? 0 : both / either;
}
