/** Flags and notes of a row: what a person wants to remember of a sample. */
import type { Flag, SampleRow } from '../../src-shared/contract/domain.ts';
import { FLAG_WORDS, PICTURE_WORDS } from './filters.ts';

/** In the order of their keys. */
export const FLAGS: readonly Flag[] = ['look_again', 'example', 'bad_data'];

/** `Picture changed, Bad data, note: see the corner`; no words for a row without any. */
export function markWords({ flags, note, picture }: Pick<SampleRow, 'flags' | 'note' | 'picture'>): string {
  const words: string[] = FLAGS.filter((flag) => flags.includes(flag)).map((flag) => FLAG_WORDS[flag]);
  return [
    ...(picture ? [PICTURE_WORDS[picture]] : []),
    ...words,
    ...(note === null ? [] : [`note: ${note}`]),
  ].join(', ');
}

/** The flags with one more or one less, in the order of the table. */
export function withFlag(flags: readonly Flag[], flag: Flag, on: boolean): Flag[] {
  return FLAGS.filter((one) => (one === flag ? on : flags.includes(one)));
}

/** What one key does to several samples: it takes the flag away only where all of them have it. */
export function turnsOn(rows: readonly Pick<SampleRow, 'flags'>[], flag: Flag): boolean {
  return !(rows.length > 0 && rows.every(({ flags }) => flags.includes(flag)));
}
