/**
 * The frozen list of a training run: which samples, in which part, with whose label, known by its hash. A label that is
 * another one by now is refused, so that a run that goes on learns from what it began with.
 */
import { createHash } from 'node:crypto';
import { transformSchema } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingPart, TrainingSample } from '../../../src-shared/contract/training.ts';
import type { Grid, GridTransform, Labels } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { OF_THIS_PICTURE } from '../pictures/change.ts';

/** A sample of the list with what it teaches. */
export interface TrainingExample extends TrainingSample {
  readonly imageId: number;
  /** `[H*W]` of `grid`, where it lies on the picture. */
  readonly labels: Labels;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

interface Row {
  readonly sample_id: number;
  readonly part: TrainingPart;
  readonly kind: TrainingSample['kind'];
  readonly picture_group: number;
  readonly prediction_id: number;
  readonly review_id: number | null;
  readonly label_sha256: Uint8Array;
  readonly weight: number;
}

interface LabelRow extends Row {
  readonly image_id: number | null;
  readonly label: Uint8Array | null;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
}

/** What a label is known by: its grid's sides as 32-bit numbers, little-endian, and a byte a cell. */
export function labelHash(grid: Grid, label: Uint8Array): Uint8Array {
  const sides = Buffer.alloc(8);
  sides.writeUInt32LE(grid[0], 0);
  sides.writeUInt32LE(grid[1], 4);
  return new Uint8Array(createHash('sha256').update(sides).update(label).digest());
}

/** Adds these rows to a run's list; a row that is there already is written over. */
export function putTrainingSamples(
  db: WritableDb,
  trainingRunId: number,
  rows: readonly TrainingSample[],
): void {
  transact(db, () => {
    const insert = write(
      db,
      `INSERT OR REPLACE INTO training_sample (training_run_id, sample_id, part, kind, picture_group, prediction_id,
         review_id, label_sha256, weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const row of rows) {
      insert.run(
        trainingRunId,
        row.sampleId,
        row.part,
        row.kind,
        row.pictureGroup,
        row.predictionId,
        row.reviewId,
        row.labelSha256,
        row.weight,
      );
    }
  });
}

/** Empties a run's list: a choice that was cut off is made anew. */
export function clearTrainingSamples(db: WritableDb, trainingRunId: number): void {
  write(db, 'DELETE FROM training_sample WHERE training_run_id = ?').run(trainingRunId);
}

/** Up to `limit` rows of a run's list after a sample, in the order of samples. */
export function trainingSamplesAfter(
  db: ReadableDb,
  trainingRunId: number,
  after: number,
  limit: number,
): TrainingSample[] {
  return read<Row>(
    db,
    'SELECT * FROM training_sample WHERE training_run_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ?',
  )
    .all(trainingRunId, after, limit)
    .map(toSample);
}

/** Numbers of all samples of one part, ascending: what a run shuffles. */
export function trainingSampleIds(db: ReadableDb, trainingRunId: number, part: TrainingPart): number[] {
  return read<{ id: number }>(
    db,
    'SELECT sample_id AS id FROM training_sample WHERE training_run_id = ? AND part = ? ORDER BY sample_id',
  )
    .all(trainingRunId, part)
    .map(({ id }) => id);
}

/**
 * These samples of the list with their labels, in the order asked for. @throws FoveaError `not_found` for one that the list
 * lacks, `conflict` for one that was removed since, or whose label is another one by now
 */
export function trainingExamples(
  db: ReadableDb,
  trainingRunId: number,
  sampleIds: readonly number[],
): TrainingExample[] {
  const rows = read<LabelRow>(
    db,
    `SELECT t.*, s.image_id, p.grid_rows, p.grid_cols, p.transform,
       CASE WHEN t.review_id IS NULL THEN p.label ELSE r.label END AS label
     FROM json_each(?) j
     JOIN training_sample t ON t.training_run_id = ? AND t.sample_id = j.value
     LEFT JOIN sample s ON s.id = t.sample_id LEFT JOIN prediction p ON p.id = t.prediction_id
     LEFT JOIN review r ON r.id = t.review_id
     ORDER BY j.key`,
  ).all(JSON.stringify(sampleIds), trainingRunId);
  if (rows.length !== sampleIds.length) {
    throw new FoveaError('not_found', 'a sample is not in the list of the training run', {
      next: 'Start a new training run',
    });
  }
  return rows.map(toExample);
}

/** Throws `conflict` when a sample of a run's list was removed since. */
export function requireSamplesThere(db: ReadableDb, trainingRunId: number): void {
  const lost = read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM training_sample t LEFT JOIN sample s ON s.id = t.sample_id
     WHERE t.training_run_id = ? AND s.id IS NULL ORDER BY t.sample_id LIMIT 1`,
  ).get(trainingRunId);
  if (lost) throw gone(lost.id);
}

/**
 * Throws `conflict` when the picture of one of these samples is another one by now, as far as is registered: its label is of the
 * former one.
 */
export function requirePicturesAlike(
  db: ReadableDb,
  trainingRunId: number,
  sampleIds: readonly number[],
): void {
  const replaced = read<{ id: number }>(
    db,
    `SELECT s.id FROM json_each(?) j
     JOIN training_sample t ON t.training_run_id = ? AND t.sample_id = j.value
     JOIN sample s ON s.id = t.sample_id JOIN image i ON i.id = s.image_id JOIN prediction p ON p.id = t.prediction_id
     WHERE NOT (${OF_THIS_PICTURE}) LIMIT 1`,
  ).get(JSON.stringify(sampleIds), trainingRunId);
  if (!replaced) return;
  throw new FoveaError(
    'conflict',
    `the picture of sample ${replaced.id} was replaced after the training run began`,
    {
      next: 'Put the former picture back and go on, or begin a new training run: what was trained so far stays as it is',
    },
  );
}

function gone(id: number): FoveaError {
  return new FoveaError('conflict', `sample ${id} of the training run was removed from the project`, {
    next: 'Start a new training run; what was trained so far is kept',
  });
}

function toExample(row: LabelRow): TrainingExample {
  const { sample_id: id, image_id: imageId, label } = row;
  if (imageId === null || label === null) {
    throw gone(id);
  }
  const grid: Grid = [row.grid_rows, row.grid_cols];
  if (Buffer.compare(labelHash(grid, label), row.label_sha256) !== 0) {
    throw new FoveaError('conflict', `the label of sample ${id} changed after the training run began`, {
      next: 'Start a new training run; what was trained so far is kept',
    });
  }
  return {
    ...toSample(row),
    imageId,
    labels: bytesToLabels(label),
    grid,
    transform: transformSchema.parse(JSON.parse(row.transform)),
  };
}

function toSample(row: Row): TrainingSample {
  return {
    sampleId: row.sample_id,
    part: row.part,
    kind: row.kind,
    pictureGroup: row.picture_group,
    predictionId: row.prediction_id,
    reviewId: row.review_id,
    labelSha256: new Uint8Array(row.label_sha256),
    weight: row.weight,
  };
}
