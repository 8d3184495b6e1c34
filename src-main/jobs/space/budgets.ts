/** What parts of a project take at most: whoever writes them keeps to it, whoever counts says it. */
import { UPLOAD_BUDGET } from '../../../src-shared/contract/procedures.ts';
import { cacheDir } from '../../checkpoint/quantised/index.ts';
import type { Budgets } from './space.ts';

/** Thumbnails of a project; the oldest go when there are more, down to four fifths. */
export const THUMBNAIL_BYTES = 256 << 20;
/** Pictures of a project as models see them; the oldest go when there are more. */
export const SHOWN_BYTES = 512 << 20;

/** @param uploads what browsers bring in; undefined: the usual */
export function spaceBudgets(uploads: number = UPLOAD_BUDGET): Budgets {
  return { thumbnails: THUMBNAIL_BYTES, pictures: SHOWN_BYTES, uploads, cacheDir: cacheDir() };
}
