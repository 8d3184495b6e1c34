/** What each reviewer said of a sample that was dealt to several, side by side; nothing of it is ever overwritten. */
import type { Decision, Review } from '../../../src-shared/contract/domain.ts';
import { plainBytes } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { toReview, type ReviewRow } from '../reviews/review.ts';

/** Each one's last word on a sample that was dealt, in the order of their names; who has not decided is left out. */
export function wordsOn(db: ReadableDb, sampleId: number): Review[] {
  return read<ReviewRow>(
    db,
    'SELECT v.* FROM dealt d JOIN review v ON v.id = d.review_id WHERE d.sample_id = ? ORDER BY d.reviewer',
  )
    .all(sampleId)
    .map(toReview);
}

/** One reviewer's last word on one sample. */
export interface Word {
  readonly sampleId: number;
  readonly reviewer: string;
  readonly decision: Exclude<Decision, 'reset'>;
  /** `[H*W]` int8 bytes; null where it was rejected. */
  readonly label: Uint8Array | null;
  readonly predictionId: number | null;
}

/** The last words on all samples that two or more decided on, sample by sample. */
export function* sharedWords(db: ReadableDb): Generator<readonly Word[]> {
  const page = read<ReviewRow>(
    db,
    `SELECT v.* FROM (SELECT sample_id FROM dealt WHERE sample_id > ? AND review_id IS NOT NULL
       GROUP BY sample_id HAVING COUNT(*) > 1 ORDER BY sample_id LIMIT 500) s
     JOIN dealt d ON d.sample_id = s.sample_id JOIN review v ON v.id = d.review_id ORDER BY v.sample_id, v.reviewer`,
  );
  for (let after = 0; ;) {
    const rows = page.all(after);
    if (rows.length === 0) return;
    for (const words of Map.groupBy(rows, (row) => row.sample_id).values()) yield words.map(toWord);
    after = rows.at(-1)!.sample_id;
  }
}

/** Samples whose reviewers all decided and differ, and on which nobody adjudicated: what waits for it, in list order. */
const DIFFERING = `
FROM (SELECT d.sample_id FROM dealt d LEFT JOIN review v ON v.id = d.review_id GROUP BY d.sample_id
  HAVING COUNT(*) > 1 AND COUNT(*) = COUNT(v.id)
    AND (COUNT(DISTINCT v.decision) > 1 OR COUNT(DISTINCT v.label) > 1)) w
JOIN sample_state t ON t.sample_id = w.sample_id AND t.review_id IS NULL`;

export function countDiffering(db: ReadableDb): number {
  return read<{ n: number }>(db, `SELECT COUNT(*) AS n ${DIFFERING}`).get()!.n;
}

export function listDiffering(db: ReadableDb, limit: number): number[] {
  return read<{ id: number }>(db, `SELECT t.sample_id AS id ${DIFFERING} ORDER BY t.sample_id LIMIT ?`)
    .all(limit)
    .map(({ id }) => id);
}

function toWord({
  sample_id: sampleId,
  reviewer,
  decision,
  label,
  prediction_id: predictionId,
}: ReviewRow): Word {
  return {
    sampleId,
    reviewer,
    decision: decision as Word['decision'],
    label: label && plainBytes(label),
    predictionId,
  };
}
