/** A person's verdict on an answer of a sample, whose row shows it at once. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { AnswerOutcome, Localisation } from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { type ReadableDb, type WritableDb, read, transact } from '../db.ts';
import { addVerdict, type VerdictWish } from '../outcomes/verdict.ts';
import { refreshSampleState } from './state.ts';

/** Adds what was said, or nothing where that holds already. @returns whether it was added. Throws `not_found`. */
export function judgeAnswer(db: WritableDb, wish: VerdictWish): boolean {
  return transact(db, () => {
    if (!read(db, 'SELECT 1 FROM sample WHERE id = ?').get(wish.sampleId)) {
      throw new FoveaError('not_found', `there is no sample ${wish.sampleId}`, {
        next: 'List the samples and take one of their ids',
      });
    }
    if (!addVerdict(db, wish)) return false;
    refreshSampleState(db, wish.sampleId);
    return true;
  });
}

/** What a sample's row says of its answers; null for a sample that is not there. */
export function sampleOutcome(
  db: ReadableDb,
  sampleId: number,
): { readonly outcome: AnswerOutcome | null; readonly localised: Localisation | null } | null {
  return (
    read<{ outcome: AnswerOutcome | null; localised: Localisation | null }>(
      db,
      'SELECT outcome, localised FROM sample_state WHERE sample_id = ?',
    ).get(sampleId) ?? null
  );
}
