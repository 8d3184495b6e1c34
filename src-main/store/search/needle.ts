/**
 * Looking for a text in a long one by its rarest end: V8 goes from one place to the next that begins alike, so a common first
 * letter costs up to two and a half times as much.
 */

export interface Needle {
  readonly whole: string;
  /** Its end from a rare character on, and where in it that is: fewer places look like it. */
  readonly rare: string;
  readonly offset: number;
}

/** Letters of English, and what else samples' ids and questions are made of, the commonest first; all others are rarer. */
const COMMONEST = ' etaoinsrhldcumfpgwybvkxjqz0123456789-';
/** An end shorter than this is found at too many places. */
const LEAST_END = 3;

/** A text to look for; of bytes, each is a character of its own. */
export function needleOf(whole: string): Needle {
  let [offset, rarest] = [0, -1];
  for (let at = 0; at === 0 || at <= whole.length - LEAST_END; at++) {
    const known = COMMONEST.indexOf(whole[at] ?? '');
    const rank = known < 0 ? COMMONEST.length : known;
    if (rank > rarest) [offset, rarest] = [at, rank];
  }
  return { whole, rare: whole.slice(offset), offset };
}

/** Where it is in `text` from `from` on; -1: nowhere. */
export function find(text: string, { whole, rare, offset }: Needle, from: number): number {
  if (offset === 0) return text.indexOf(whole, from);
  let at = text.indexOf(rare, from + offset);
  while (at >= 0 && !text.startsWith(whole, at - offset)) at = text.indexOf(rare, at + 1);
  return at < 0 ? -1 : at - offset;
}
