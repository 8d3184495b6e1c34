/** A range of shares as two fields of percents: what is typed, what it means, and back. */
import type { Range } from '../../src-shared/contract/procedures.ts';

/** Above every share: the end of a range without an end, which so takes in 100% itself. */
const OPEN_END = 2;

/** What stands in the two fields; no text means no limit on that side. */
export interface RangeTexts {
  readonly from: string;
  readonly to: string;
}

/**
 * The range that two texts mean, in shares; null for none and `bad` for what is no range. From 0 with no end is any
 * sample that has the number at all. Up to 100 includes 100.
 */
export function rangeOf({ from, to }: RangeTexts): Range | null | 'bad' {
  const [low, high] = [from.trim(), to.trim()];
  if (low === '' && high === '') return null;
  const start = low === '' ? 0 : shareOf(low);
  const end = high === '' || Number(high) === 100 ? OPEN_END : shareOf(high);
  const fits = start >= 0 && start <= 1 && (end === OPEN_END || end <= 1);
  return fits && start < end ? [start, end] : 'bad';
}

/** The texts that mean a range. */
export function textsOf(range: Range | undefined): RangeTexts {
  if (!range) return { from: '', to: '' };
  const [low, high] = range;
  const open = high > 1;
  return { from: low > 0 || open ? percents(low) : '', to: open ? '' : percents(high) };
}

/** Rounded, so that 67.1 is 0.671 and not 0.6709999999999999. */
function shareOf(text: string): number {
  return Number((Number(text) / 100).toFixed(6));
}

function percents(share: number): string {
  return String(Number((share * 100).toFixed(4)));
}
