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

/** The last words on all samples of a round (null: of all rounds) that two or more decided on, sample by sample. */
export function sharedWords(db: ReadableDb, deal: number | null): Generator<readonly Word[]> {
  return wordsBySample(
    db,
    `SELECT sample_id FROM dealt WHERE sample_id > ? AND review_id IS NOT NULL AND (? IS NULL OR deal_id = ?)
     GROUP BY sample_id HAVING COUNT(*) > 1 ORDER BY sample_id LIMIT ${PAGE}`,
    deal,
  );
}

const PAGE = 500;

/**
 * The last words on some samples, sample by sample, in the order of the reviewers' names.
 * @param samples SQL that gives the numbers of samples above the first parameter, ascending, some hundred at a time; the second and third are the round
 */
export function* wordsBySample(
  db: ReadableDb,
  samples: string,
  deal: number | null,
): Generator<readonly Word[]> {
  const page = read<ReviewRow>(
    db,
    `SELECT v.* FROM (${samples}) s
     JOIN dealt d ON d.sample_id = s.sample_id JOIN review v ON v.id = d.review_id ORDER BY v.sample_id, v.reviewer`,
  );
  for (let after = 0; ;) {
    const rows = page.all(after, deal, deal);
    if (rows.length === 0) return;
    for (const words of Map.groupBy(rows, (row) => row.sample_id).values()) yield words.map(toWord);
    after = rows.at(-1)!.sample_id;
  }
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
