/**
 * Predictions: one per run and sample. A prediction a review started from keeps its label for good; only its lost
 * maps may be filled in again, and only when computing them again gives the same label.
 */
import { z } from 'zod';
import {
  type Prediction,
  boxSchema,
  secondStageSchema,
  transformSchema,
} from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { MapBoxes, MapSet, SecondStage } from '../../../src-shared/contract/outcome.ts';
import type { Dropped, Grid, GridTransform, Labels } from '../../../src-shared/kernels/types.ts';
import { labelsToBytes, plainBytes } from '../bytes.ts';
import { type ReadableDb, type SqlValue, type WritableDb, read, write } from '../db.ts';
import { TO_LABEL_AGAIN } from '../pictures/change.ts';
import { getMaps } from '../scores/maps.ts';
import { activeRunId } from '../runs/run.ts';
import { refreshSampleState } from '../samples/state.ts';
import { type SampleScope, scopeSql } from '../samples/scope.ts';
import { getSample } from '../samples/sample.ts';

/** What the engine found on one sample. */
export interface NewPrediction {
  readonly answer: string;
  readonly answerTokens: readonly number[];
  readonly grid: Grid;
  readonly transform: GridTransform;
  readonly labels: Labels;
  readonly dropped: Dropped | null;
  readonly boxes: MapBoxes;
  readonly secondStage: SecondStage | null;
  readonly timings: Readonly<Record<string, number>>;
  readonly device: string;
  /** Which content of the picture's file it was made on; absent: the one that is registered. */
  readonly pictureVersion?: number;
}

interface Row {
  readonly id: number;
  readonly run_id: number;
  readonly sample_id: number;
  readonly maps_key: number;
  readonly answer: string;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
  readonly label: Uint8Array;
  readonly dropped_rule: Dropped['rule'] | null;
  readonly dropped_value: number | null;
  readonly dropped_limit: number | null;
  readonly boxes: string;
  readonly second_stage: string | null;
  readonly timings: string;
  readonly device: string;
  readonly picture_version: number;
}

const boxListSchema = z.array(boxSchema);
const boxesSchema = z.object({ raw: boxListSchema, denoised: boxListSchema, rpn: boxListSchema });
const timingsSchema = z.record(z.string(), z.number());

/**
 * Stores a prediction whose maps are under `mapsKey`, in the caller's transaction, and gives its id. One that is
 * there already is replaced; when a review started from it, only the maps are, and `conflict` is thrown (nothing
 * written) when the label or the answer came out differently.
 */
export function putPrediction(
  db: WritableDb,
  runId: number,
  sampleId: number,
  mapsKey: number,
  found: NewPrediction,
): number {
  const before = read<Row>(db, 'SELECT * FROM prediction WHERE run_id = ? AND sample_id = ?').get(
    runId,
    sampleId,
  );
  if (before && read(db, 'SELECT 1 FROM review WHERE prediction_id = ?').get(before.id)) {
    requireSame(before, found, found.pictureVersion ?? registeredVersion(db, sampleId));
    write(db, 'UPDATE prediction SET maps_key = ? WHERE id = ?').run(mapsKey, before.id);
    return before.id;
  }
  const { id } = write<{ id: number }>(
    db,
    `INSERT INTO prediction (run_id, sample_id, maps_key, answer, answer_tokens, grid_rows, grid_cols, transform,
       label, dropped_rule, dropped_value, dropped_limit, boxes, second_stage, timings, device, created_at,
       picture_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, sample_id) DO UPDATE SET
       maps_key = excluded.maps_key, answer = excluded.answer, answer_tokens = excluded.answer_tokens,
       grid_rows = excluded.grid_rows, grid_cols = excluded.grid_cols, transform = excluded.transform,
       label = excluded.label, dropped_rule = excluded.dropped_rule, dropped_value = excluded.dropped_value,
       dropped_limit = excluded.dropped_limit, boxes = excluded.boxes, second_stage = excluded.second_stage,
       timings = excluded.timings, device = excluded.device, created_at = excluded.created_at,
       picture_version = excluded.picture_version
     RETURNING id`,
  ).get(
    ...columns(runId, sampleId, mapsKey, found),
    found.pictureVersion ?? registeredVersion(db, sampleId),
  )!;
  if (activeRunId(db) === runId) refreshSampleState(db, sampleId);
  return id;
}

/** Gives a prediction that was not looked at again its second answer. @returns false when it has one */
export function addSecondStage(db: WritableDb, id: number, secondStage: SecondStage): boolean {
  rowOf(db, id);
  const { changes } = write(
    db,
    'UPDATE prediction SET second_stage = ? WHERE id = ? AND second_stage IS NULL',
  ).run(JSON.stringify(secondStage), id);
  return changes > 0;
}

/** A prediction and the sample it is about. Throws `not_found`. */
export function getPrediction(db: ReadableDb, id: number): { prediction: Prediction; sampleId: number } {
  const row = rowOf(db, id);
  return { prediction: toPrediction(row), sampleId: row.sample_id };
}

/** The predictions of a sample under all runs, in the order of the runs. Throws `not_found` when there is no such sample. */
export function predictionsOfSample(db: ReadableDb, sampleId: number): Prediction[] {
  getSample(db, sampleId);
  return read<Row>(db, 'SELECT * FROM prediction WHERE sample_id = ? ORDER BY run_id')
    .all(sampleId)
    .map(toPrediction);
}

/** The arrays of a prediction; null when `maps.db` lost them. Throws `not_found`. */
export function getPredictionMaps(db: ReadableDb, id: number): MapSet | null {
  const row = rowOf(db, id);
  return getMaps(db, row.maps_key, transformOf(row));
}

/**
 * Made with an answer of the data (under a run `r` that feeds them) that was corrected since, and decided on by nobody. The
 * fed answer is stored without the white space around it.
 */
export const FORMER_ANSWER = `(r.answer_mode = 'teacher' AND s.reference_answer IS NOT NULL
  AND p.answer <> trim(s.reference_answer, char(9, 10, 11, 12, 13, 32, 160, 65279, 8232, 8233))
  AND NOT EXISTS (SELECT 1 FROM review WHERE prediction_id = p.id))`;

/** Whether anything in the project was labelled; else there is nothing that anybody could decide on. */
export function hasPredictions(db: ReadableDb): boolean {
  return read(db, 'SELECT 1 FROM prediction LIMIT 1').get() !== undefined;
}

/** Whether a prediction of the sample was made with an answer of the data that was corrected since; decided ones aside. */
export function hasFormerAnswer(db: ReadableDb, sampleId: number): boolean {
  const found = read(
    db,
    `SELECT 1 FROM prediction p JOIN run r ON r.id = p.run_id JOIN sample s ON s.id = p.sample_id
     WHERE p.sample_id = ? AND ${FORMER_ANSWER}`,
  ).get(sampleId);
  return found !== undefined;
}

/**
 * Up to `limit` samples, in queue order, that have no prediction under the run, or one whose maps are lost, or one made
 * with an answer of the data that was corrected since. `withAnswer`: only those that came with a reference answer.
 * `scope`: only the undecided ones of it; null: all there are.
 */
export function samplesToLabel(
  db: ReadableDb,
  runId: number,
  options: {
    readonly withAnswer: boolean;
    readonly limit: number | null;
    readonly scope?: SampleScope | null | undefined;
  },
): number[] {
  const within = options.scope ? scopeSql(db, options.scope) : { sql: 'true', params: [] };
  // A decision on another picture than is there now is to be made anew.
  const decidedToo = !options.scope || options.scope.filter.pictures === 'changed';
  const undecided = decidedToo ? 'true' : 't.review_id IS NULL';
  const rows = read<{ id: number }>(
    db,
    `SELECT s.id FROM sample s JOIN sample_state t ON t.sample_id = s.id
     LEFT JOIN prediction p ON p.sample_id = s.id AND p.run_id = ?
     LEFT JOIN run r ON r.id = p.run_id
     WHERE (p.id IS NULL OR NOT EXISTS (SELECT 1 FROM maps.map_set m WHERE m.key = p.maps_key) OR ${FORMER_ANSWER}
         OR p.id IN (${TO_LABEL_AGAIN}))
       AND (? = 0 OR s.reference_answer IS NOT NULL) AND ${undecided} AND ${within.sql}
     ORDER BY s.id LIMIT ?`,
  ).all(runId, options.withAnswer ? 1 : 0, ...within.params, options.limit ?? -1);
  return rows.map((row) => row.id);
}

/** How many samples came without an answer of the data, of how many. */
export function countUnanswered(db: ReadableDb): { readonly unanswered: number; readonly samples: number } {
  return read<{ unanswered: number; samples: number }>(
    db,
    'SELECT COUNT(*) - COUNT(reference_answer) AS unanswered, COUNT(*) AS samples FROM sample',
  ).get()!;
}

/** Samples whose crop a run's gate left out. */
export function countGated(db: ReadableDb, runId: number): number {
  return read<{ n: number }>(
    db,
    "SELECT COUNT(*) AS n FROM prediction WHERE run_id = ? AND second_stage ->> '$.skipped' = 'not_needed'",
  ).get(runId)!.n;
}

/** Whether a sample has a prediction under the run, maps and all, that no correction of its answer made stale. */
export function isLabelled(db: ReadableDb, runId: number, sampleId: number): boolean {
  const found = read(
    db,
    `SELECT 1 FROM prediction p JOIN maps.map_set m ON m.key = p.maps_key JOIN run r ON r.id = p.run_id
     JOIN sample s ON s.id = p.sample_id
     WHERE p.run_id = ? AND p.sample_id = ? AND NOT ${FORMER_ANSWER} AND p.id NOT IN (${TO_LABEL_AGAIN})`,
  ).get(runId, sampleId);
  return found !== undefined;
}

/** The picture's version that a run's prediction of a sample was made on; null where there is no such prediction. */
export function labelledVersion(db: ReadableDb, runId: number, sampleId: number): number | null {
  const row = read<{ version: number }>(
    db,
    'SELECT picture_version AS version FROM prediction WHERE run_id = ? AND sample_id = ?',
  ).get(runId, sampleId);
  return row?.version ?? null;
}

function rowOf(db: ReadableDb, id: number): Row {
  const row = read<Row>(db, 'SELECT * FROM prediction WHERE id = ?').get(id);
  if (row) return row;
  throw new FoveaError('not_found', `there is no prediction ${id}`, { next: 'Load the sample again' });
}

function registeredVersion(db: ReadableDb, sampleId: number): number {
  return read<{ version: number }>(
    db,
    'SELECT i.version FROM sample s JOIN image i ON i.id = s.image_id WHERE s.id = ?',
  ).get(sampleId)!.version;
}

function requireSame(before: Row, found: NewPrediction, pictureVersion: number): void {
  if (before.picture_version !== pictureVersion) {
    throw new FoveaError('conflict', 'the picture was replaced since this label was reviewed', {
      next: 'Put the old picture back, or take the decision back and label again',
    });
  }
  const same =
    before.answer === found.answer &&
    before.grid_rows === found.grid[0] &&
    before.grid_cols === found.grid[1] &&
    Buffer.compare(before.label, labelsToBytes(found.labels)) === 0;
  if (same) return;
  throw new FoveaError('conflict', 'the model now gives another label than the one that was reviewed', {
    next: 'Restore maps.db from a backup; the decision itself is safe',
  });
}

function columns(runId: number, sampleId: number, mapsKey: number, found: NewPrediction): SqlValue[] {
  return [
    runId,
    sampleId,
    mapsKey,
    found.answer,
    JSON.stringify(found.answerTokens),
    found.grid[0],
    found.grid[1],
    JSON.stringify(found.transform),
    labelsToBytes(found.labels),
    found.dropped?.rule ?? null,
    found.dropped?.value ?? null,
    found.dropped?.limit ?? null,
    JSON.stringify(found.boxes),
    found.secondStage && JSON.stringify(found.secondStage),
    JSON.stringify(found.timings),
    found.device,
    new Date().toISOString(),
  ];
}

function transformOf(row: Row): GridTransform {
  return transformSchema.parse(JSON.parse(row.transform));
}

function toPrediction(row: Row): Prediction {
  return {
    id: row.id,
    runId: row.run_id,
    answer: row.answer,
    grid: [row.grid_rows, row.grid_cols],
    transform: transformOf(row),
    label: plainBytes(row.label),
    dropped: row.dropped_rule && {
      rule: row.dropped_rule,
      value: row.dropped_value!,
      limit: row.dropped_limit!,
    },
    boxes: boxesSchema.parse(JSON.parse(row.boxes)),
    secondStage: row.second_stage === null ? null : secondStageSchema.parse(JSON.parse(row.second_stage)),
    timings: timingsSchema.parse(JSON.parse(row.timings)),
    device: row.device,
  };
}
