/**
 * What people said of a sample's answers, each a row that stays. A verdict is on a text, whichever pass or run said it: it
 * holds again where a later label gives the same answer. The latest word on a text holds.
 */
import { answerText } from '../../../src-shared/kernels/outcomes/truths.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

export type AnswerVerdict = 'right' | 'wrong';

/** A verdict that holds, and whose it is. */
export interface Judged {
  readonly answer: string;
  readonly verdict: AnswerVerdict;
  readonly reviewer: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface VerdictWish {
  readonly sampleId: number;
  readonly answer: string;
  /** Null: what was said of it is taken back. */
  readonly verdict: AnswerVerdict | null;
  readonly reviewer: string;
  /** When it was said. */
  readonly at: string;
}

/** The verdicts that hold on a sample's answers, by their text. */
export function verdictsOf(db: ReadableDb, sampleId: number): ReadonlyMap<string, Judged> {
  const said = read<Judged & { readonly verdict: AnswerVerdict | null }>(
    db,
    'SELECT answer, verdict, reviewer, created_at AS at FROM answer_verdict WHERE sample_id = ? ORDER BY id',
  ).all(sampleId);
  const holds = new Map<string, Judged>();
  for (const { verdict, ...word } of said) {
    if (verdict === null) holds.delete(word.answer);
    else holds.set(word.answer, { ...word, verdict });
  }
  return holds;
}

/** Adds what was said, in the caller's transaction. @returns false where that is what holds already, by whomever */
export function addVerdict(db: WritableDb, wish: VerdictWish): boolean {
  const answer = answerText(wish.answer);
  if ((verdictsOf(db, wish.sampleId).get(answer)?.verdict ?? null) === wish.verdict) return false;
  write(
    db,
    'INSERT INTO answer_verdict (sample_id, answer, verdict, reviewer, created_at) VALUES (?, ?, ?, ?, ?)',
  ).run(wish.sampleId, answer, wish.verdict, wish.reviewer, wish.at);
  return true;
}
