/**
 * Labels and decisions whose picture was replaced after they were made. Pictures that were ever replaced are few
 * (`picture_version`), so everything starts from there.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { sizeOfVersion } from './version.ts';

/** Whether prediction `p` was made on other pixels than image `i` holds now, and nobody said that it holds all the same. */
const OUTDATED = `p.picture_version <> i.version AND NOT EXISTS (
  SELECT 1 FROM picture_kept k WHERE k.prediction_id = p.id AND k.version = i.version)`;

/** Samples that show a label or a decision of another picture than the one that is there now. */
export const CHANGED_SAMPLES = `
SELECT s.id FROM image i JOIN sample s ON s.image_id = i.id JOIN sample_state u ON u.sample_id = s.id
LEFT JOIN review r ON r.id = u.review_id JOIN prediction p ON p.id IN (u.prediction_id, r.prediction_id)
WHERE i.id IN (SELECT image_id FROM picture_version) AND ${OUTDATED}`;

/** Samples whose picture could not be shown when it was last looked at. */
export const UNSHOWN_SAMPLES = 'SELECT s.id FROM picture_problem q JOIN sample s ON s.image_id = q.image_id';

/** SQL that holds for predictions `p` of images `i` whose picture is the one they were made on. */
export const OF_THIS_PICTURE = `NOT (${OUTDATED})`;

/** What a run for replaced pictures is of, in its settings: what was said of the former ones stays where it is. */
export const AGAIN_OF = 'againOf';

/** Predictions of another picture than is there now, for which there is no newer one of the same making. */
export const TO_LABEL_AGAIN = `
SELECT p.id FROM image i JOIN sample s ON s.image_id = i.id JOIN prediction p ON p.sample_id = s.id
WHERE i.id IN (SELECT image_id FROM picture_version) AND ${OUTDATED} AND NOT EXISTS (
  SELECT 1 FROM prediction q JOIN run z ON z.id = q.run_id WHERE q.sample_id = s.id
    AND q.picture_version = i.version AND json_extract(z.settings, '$.${AGAIN_OF}') = p.run_id)`;

/** A label of another picture than the one that is there now. */
export interface PictureChange {
  /** [width, height] of the picture it was made on, and of the one that is there. */
  readonly was: readonly [number, number];
  readonly now: readonly [number, number];
}

interface Row {
  readonly id: number;
  readonly made: number;
  readonly now: number;
}

/** What of a sample is of another picture, its label's or its decision's; null: nothing. */
export function pictureChange(db: ReadableDb, sampleId: number): PictureChange | null {
  const row = read<Row>(
    db,
    `SELECT i.id, p.picture_version AS made, i.version AS now
     FROM sample s JOIN image i ON i.id = s.image_id JOIN sample_state u ON u.sample_id = s.id
     LEFT JOIN review r ON r.id = u.review_id JOIN prediction p ON p.id IN (u.prediction_id, r.prediction_id)
     WHERE s.id = ? AND ${OUTDATED} LIMIT 1`,
  ).get(sampleId);
  if (!row) return null;
  return { was: sizeOfVersion(db, row.id, row.made), now: sizeOfVersion(db, row.id, row.now) };
}

/** Whether the prediction was made on other pixels than are there now. */
export function isOutdated(db: ReadableDb, predictionId: number): boolean {
  return (
    read(
      db,
      `SELECT 1 FROM prediction p JOIN sample s ON s.id = p.sample_id JOIN image i ON i.id = s.image_id
       WHERE p.id = ? AND ${OUTDATED}`,
    ).get(predictionId) !== undefined
  );
}

/** The picture's version that a prediction holds for: the one it was made on, or one it was kept for. */
export function versionOfPrediction(db: ReadableDb, predictionId: number): number {
  return read<{ version: number }>(
    db,
    `SELECT COALESCE((SELECT version FROM picture_kept WHERE prediction_id = p.id), p.picture_version) AS version
     FROM prediction p WHERE p.id = ?`,
  ).get(predictionId)!.version;
}

/**
 * Keeps label and decision of these samples for the pictures that are there now. Those whose picture has another size are
 * left alone: their cells would lie elsewhere. @returns how many were kept, and how many not
 */
export function keepForPicture(
  db: WritableDb,
  sampleIds: readonly number[],
  reviewer: string,
): { readonly kept: number; readonly otherSize: number } {
  return transact(db, () => {
    let [kept, otherSize] = [0, 0];
    for (const id of sampleIds) {
      const change = pictureChange(db, id);
      if (!change) continue;
      if (change.was[0] !== change.now[0] || change.was[1] !== change.now[1]) {
        otherSize++;
        continue;
      }
      write(
        db,
        `INSERT INTO picture_kept (prediction_id, version, reviewer, created_at)
         SELECT p.id, i.version, ?, ? FROM sample s JOIN image i ON i.id = s.image_id
         JOIN sample_state u ON u.sample_id = s.id LEFT JOIN review r ON r.id = u.review_id
         JOIN prediction p ON p.id IN (u.prediction_id, r.prediction_id) WHERE s.id = ?
         ON CONFLICT (prediction_id) DO UPDATE SET version = excluded.version, reviewer = excluded.reviewer,
           created_at = excluded.created_at`,
      ).run(reviewer, new Date().toISOString(), id);
      kept++;
    }
    return { kept, otherSize };
  });
}

/** How many samples are marked. */
export function countMarked(db: ReadableDb): { readonly changed: number; readonly unshown: number } {
  return read<{ changed: number; unshown: number }>(
    db,
    `SELECT (SELECT COUNT(DISTINCT id) FROM (${CHANGED_SAMPLES})) AS changed,
            (SELECT COUNT(*) FROM (${UNSHOWN_SAMPLES})) AS unshown`,
  ).get()!;
}

/** Throws `conflict` where a prediction is of another picture than the one that is there now. */
export function requireThisPicture(db: ReadableDb, predictionId: number): void {
  if (!isOutdated(db, predictionId)) return;
  throw new FoveaError('conflict', 'the picture was replaced after it was labelled', {
    next: 'Label the sample again, or say that its label holds for the new picture',
  });
}
