/**
 * Predictions of a run that another RPN can be asked about: those of the picture that is there now, and made with the answer
 * that the data has now. Where a picture was replaced, the run's newer predictions lie in runs of the same making.
 */
import { type ReadableDb, read } from '../db.ts';
import { AGAIN_OF, OF_THIS_PICTURE } from '../pictures/change.ts';
import { FORMER_ANSWER } from './prediction.ts';

const OF_RUN = `(r.id = ? OR json_extract(r.settings, '$.${AGAIN_OF}') = ?)`;

const TABLES = `prediction p JOIN run r ON r.id = p.run_id JOIN sample s ON s.id = p.sample_id
  JOIN image i ON i.id = s.image_id`;

/** SQL for runs that are this one or of the same making: a list first, so that predictions are found by their run. */
const RUNS = `SELECT r.id FROM run r WHERE ${OF_RUN}`;

/** Samples of the run that lack such a prediction, maps and all, under another run; in the order of import. */
export function samplesToPredict(db: ReadableDb, fromRunId: number, runId: number): number[] {
  return read<{ id: number }>(
    db,
    `SELECT DISTINCT p.sample_id AS id FROM ${TABLES}
     WHERE p.run_id IN (${RUNS}) AND ${OF_THIS_PICTURE} AND NOT ${FORMER_ANSWER}
       AND NOT EXISTS (
         SELECT 1 FROM prediction q JOIN maps.map_set m ON m.key = q.maps_key
         WHERE q.run_id IN (${RUNS}) AND q.sample_id = p.sample_id AND q.picture_version = i.version)
     ORDER BY p.sample_id`,
  )
    .all(fromRunId, fromRunId, runId, runId)
    .map(({ id }) => id);
}

/** How many samples have a prediction under a run, of whatever picture. */
export function countPredicted(db: ReadableDb, runId: number): number {
  return read<{ n: number }>(
    db,
    `SELECT COUNT(DISTINCT p.sample_id) AS n FROM prediction p WHERE p.run_id IN (${RUNS})`,
  ).get(runId, runId)!.n;
}

/** The prediction of a sample under the run that holds now; null: none any more. */
export function predictionToTakeUp(db: ReadableDb, fromRunId: number, sampleId: number): number | null {
  const row = read<{ id: number }>(
    db,
    `SELECT p.id FROM ${TABLES}
     WHERE p.sample_id = ? AND ${OF_RUN} AND ${OF_THIS_PICTURE} AND NOT ${FORMER_ANSWER}
     ORDER BY p.picture_version = i.version DESC, p.id DESC LIMIT 1`,
  ).get(sampleId, fromRunId, fromRunId);
  return row?.id ?? null;
}
