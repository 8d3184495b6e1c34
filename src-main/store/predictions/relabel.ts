/**
 * What thresholds can be applied to anew: samples whose shown prediction has maps of the same making, and that nobody
 * has decided on. Pages in the order of import; nothing holds a whole project.
 */
import { z } from 'zod';
import type { SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import { type ReadableDb, read } from '../db.ts';
import { canonicalJson } from '../json.ts';
import { OF_THIS_PICTURE } from '../pictures/change.ts';
import { whereSql } from '../samples/where.ts';

const tokensSchema = z.array(z.number().int().min(0));

/** The part of a preset that maps depend on; labels and boxes depend on the rest. */
export function mapRecipe(preset: Preset): string {
  const { family, grounding, sink, rows, teacher, picture, rpn, maxNewTokens } = preset;
  return canonicalJson({ family, grounding, sink, rows, teacher, picture, rpn, maxNewTokens });
}

interface RunRow {
  readonly id: number;
  readonly model_id: number;
  readonly settings: string;
  readonly answer_mode: 'self' | 'teacher';
  readonly body: string;
}

/** What a run is made of, for a run of the same model under other thresholds. */
export interface RunMaking {
  readonly modelId: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly answerMode: 'self' | 'teacher';
  readonly preset: Preset;
}

/** Throws `not_found`. */
export function runMaking(db: ReadableDb, runId: number): RunMaking {
  const row = runRows(db).find(({ id }) => id === runId);
  if (!row)
    throw new FoveaError('not_found', `there is no run ${runId}`, { next: 'List the runs of the project' });
  return {
    modelId: row.model_id,
    settings: JSON.parse(row.settings) as Record<string, unknown>,
    answerMode: row.answer_mode,
    preset: presetOf(row),
  };
}

/** Runs whose maps were made as this one's: same model, settings, answers, layers and heads. Throws `not_found`. */
export function runsOfSameMaps(
  db: ReadableDb,
  runId: number,
): { readonly id: number; readonly preset: Preset }[] {
  const rows = runRows(db).map((row) => ({ ...row, preset: presetOf(row) }));
  const own = rows.find(({ id }) => id === runId);
  if (!own)
    throw new FoveaError('not_found', `there is no run ${runId}`, { next: 'List the runs of the project' });
  const recipe = mapRecipe(own.preset);
  return rows.filter(
    (row) =>
      row.model_id === own.model_id &&
      row.settings === own.settings &&
      row.answer_mode === own.answer_mode &&
      mapRecipe(row.preset) === recipe,
  );
}

export interface Candidate {
  readonly sampleId: number;
  readonly predictionId: number;
  /** Source [width, height]. */
  readonly size: readonly [width: number, height: number];
}

/** Which samples: under a filter (null: all), showing a prediction of one of these runs, undecided. */
export interface RelabelScope {
  readonly filter: SampleFilter | null;
  readonly runIds: readonly number[];
}

/** Up to `limit` samples of the scope after `after`, in the order of import. */
export function candidatesAfter(
  db: ReadableDb,
  scope: RelabelScope,
  after: number,
  limit: number,
): Candidate[] {
  const { sql, params } = scopeSql(db, scope);
  return read<CandidateRow>(db, `${CANDIDATE} ${sql} AND t.sample_id > ? ORDER BY t.sample_id LIMIT ?`)
    .all(...params, after, limit)
    .map(toCandidate);
}

/** The sample as a candidate, or null when it shows something else by now or somebody decided on it. */
export function candidateOf(db: ReadableDb, runIds: readonly number[], sampleId: number): Candidate | null {
  const { sql, params } = scopeSql(db, { filter: null, runIds });
  const row = read<CandidateRow>(db, `${CANDIDATE} ${sql} AND t.sample_id = ?`).get(...params, sampleId);
  return row ? toCandidate(row) : null;
}

/** Up to `most` labels of a run, evenly over its samples, decided or not; each costs one look into an index. */
export function evenlyOver(db: ReadableDb, runId: number, most: number): Candidate[] {
  const ends = read<{ first: number | null; last: number }>(
    db,
    'SELECT MIN(sample_id) AS first, MAX(sample_id) AS last FROM prediction WHERE run_id = ?',
  ).get(runId)!;
  if (ends.first === null) return [];
  const next = read<CandidateRow>(
    db,
    `SELECT p.sample_id, p.id AS prediction_id, i.width, i.height
     FROM prediction p JOIN sample s ON s.id = p.sample_id JOIN image i ON i.id = s.image_id
     WHERE p.run_id = ? AND p.sample_id >= ? AND ${OF_THIS_PICTURE} ORDER BY p.sample_id LIMIT 1`,
  );
  const found = new Map<number, Candidate>();
  const step = Math.max(1, (ends.last - ends.first + 1) / most);
  for (let at = ends.first; at <= ends.last; at += step) {
    const row = next.get(runId, Math.ceil(at));
    if (row) found.set(row.sample_id, toCandidate(row));
  }
  return [...found.values()];
}

/** How many samples a scope has, and why the others of the filter are left out. */
export function countScope(
  db: ReadableDb,
  scope: RelabelScope,
): { readonly samples: number; readonly reviewed: number; readonly candidates: number } {
  const where = scope.filter ? whereSql(db, scope.filter) : { sql: 'true', params: [] };
  const all = read<{ samples: number; reviewed: number }>(
    db,
    `SELECT COUNT(*) AS samples, COUNT(t.review_id) AS reviewed FROM sample_state t WHERE ${where.sql}`,
  ).get(...where.params)!;
  const { sql, params } = scopeSql(db, scope);
  const { n } = read<{ n: number }>(db, `SELECT COUNT(*) AS n ${sql}`).get(...params)!;
  return { ...all, candidates: n };
}

const CANDIDATE = 'SELECT t.sample_id, t.prediction_id, i.width, i.height';

interface CandidateRow {
  readonly sample_id: number;
  readonly prediction_id: number;
  readonly width: number;
  readonly height: number;
}

function toCandidate(row: CandidateRow): Candidate {
  return { sampleId: row.sample_id, predictionId: row.prediction_id, size: [row.width, row.height] };
}

function scopeSql(db: ReadableDb, { filter, runIds }: RelabelScope) {
  const where = filter ? whereSql(db, filter) : { sql: 'true', params: [] };
  return {
    sql: `FROM sample_state t JOIN prediction p ON p.id = t.prediction_id
      JOIN sample s ON s.id = t.sample_id JOIN image i ON i.id = s.image_id
      WHERE t.review_id IS NULL AND p.run_id IN (SELECT value FROM json_each(?)) AND ${OF_THIS_PICTURE}
        AND ${where.sql}`,
    params: [JSON.stringify(runIds), ...where.params],
  };
}

/** The answer's token ids as generated, or as fed. */
export function answerTokens(db: ReadableDb, predictionId: number): number[] {
  const row = read<{ answer_tokens: string }>(db, 'SELECT answer_tokens FROM prediction WHERE id = ?').get(
    predictionId,
  );
  return tokensSchema.parse(JSON.parse(row?.answer_tokens ?? '[]'));
}

function runRows(db: ReadableDb): RunRow[] {
  return read<RunRow>(
    db,
    `SELECT run.id, run.model_id, run.settings, run.answer_mode, preset.body
     FROM run JOIN preset ON preset.id = run.preset_id WHERE run.removed_at IS NULL ORDER BY run.id`,
  ).all();
}

function presetOf(row: RunRow): Preset {
  return presetSchema.parse(JSON.parse(row.body));
}
