/** How one label differs from another, counted by what tokens became: numbers of a correction and of each revision. */
import { counted } from '../ui/words.ts';
import { BG, FG, IGNORE, type Labels } from '../../src-shared/kernels/types.ts';

export const VALUE_NAMES: Readonly<Record<number, string>> = {
  [FG]: 'foreground',
  [BG]: 'background',
  [IGNORE]: 'ignore',
};

export interface Changes {
  readonly total: number;
  readonly toFg: number;
  readonly toBg: number;
  readonly toIgnore: number;
  /** `[H*W]`: 1 where the two differ. */
  readonly mask: Uint8Array;
}

/** What changed from one label to another of the same length. Throws RangeError when the lengths differ. */
export function countChanges(from: Labels, to: Labels): Changes {
  if (from.length !== to.length) throw new RangeError('labels of different grids cannot be compared');
  const mask = new Uint8Array(to.length);
  let [toFg, toBg, toIgnore] = [0, 0, 0];
  for (let i = 0; i < to.length; i++) {
    if (from[i] === to[i]) continue;
    mask[i] = 1;
    if (to[i] === FG) toFg++;
    else if (to[i] === BG) toBg++;
    else toIgnore++;
  }
  return { total: toFg + toBg + toIgnore, toFg, toBg, toIgnore, mask };
}

/** `12 tokens: 9 to foreground, 3 to ignore`. */
export function changesWords({ total, toFg, toBg, toIgnore }: Changes): string {
  if (total === 0) return 'no token changed';
  const parts = [
    [toFg, FG],
    [toBg, BG],
    [toIgnore, IGNORE],
  ] as const;
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, value]) => `${count} to ${VALUE_NAMES[value]}`);
  return `${counted(total, 'token')}: ${words.join(', ')}`;
}
