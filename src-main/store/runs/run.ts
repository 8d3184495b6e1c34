/**
 * Runs: model + preset + settings + answer mode. Labelling again with the same four is the same run, which is what
 * makes a label job resumable; the active run is the one whose predictions the queue shows.
 */
import { z } from 'zod';
import type { Run } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PictureRules } from '../../../src-shared/contract/preset.ts';
import { AUTHORS_PICTURE_RULES, presetSchema } from '../../../src-shared/contract/preset.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { canonicalJson } from '../json.ts';
import { AGAIN_OF } from '../pictures/change.ts';
import { refreshAllSampleStates } from '../samples/state.ts';

export interface NewRun {
  readonly modelId: number;
  readonly presetId: number;
  /** What was asked of the engine besides the preset. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly answerMode: 'self' | 'teacher';
}

const anySettingsSchema = z.record(z.string(), z.unknown());
const settingsSchema = z.object({ rpnDir: z.string().optional(), adapterDir: z.string().optional() });
const importedSchema = z.object({ imported: z.object({ file: z.string() }).optional() });

/** Folders of what was laid over a run's model. */
export type RunOverlays = z.infer<typeof settingsSchema>;

interface Row {
  readonly id: number;
  readonly given: string | null;
  readonly name: string;
  readonly dir: string;
  readonly body: string;
  readonly answer_mode: 'self' | 'teacher';
  readonly device: string | null;
  readonly created_at: string;
  readonly settings: string;
}

const SELECT = `
SELECT run.id, run.name AS given, model.name, model.dir, preset.body, run.answer_mode, run.device, run.created_at, run.settings
FROM run JOIN model ON model.id = run.model_id JOIN preset ON preset.id = run.preset_id`;

/** Id of the run with these four, made when new; one that was removed is taken up again. */
export function ensureRun(db: WritableDb, run: NewRun): number {
  const key = [run.modelId, run.presetId, canonicalJson(run.settings), run.answerMode] as const;
  const found = read<{ id: number }>(
    db,
    'SELECT id FROM run WHERE model_id = ? AND preset_id = ? AND settings = ? AND answer_mode = ?',
  ).get(...key);
  if (found) {
    write(db, 'UPDATE run SET removed_at = NULL, created_at = ? WHERE id = ? AND removed_at IS NOT NULL').run(
      new Date().toISOString(),
      found.id,
    );
    return found.id;
  }
  return write(
    db,
    'INSERT INTO run (model_id, preset_id, settings, answer_mode, created_at) VALUES (?, ?, ?, ?, ?)',
  ).run(...key, new Date().toISOString()).lastId;
}

/**
 * Id of the run that predictions of a picture's later version go to, made when new: the same making in everything. What the
 * run said of the former picture stays beside it, with what was decided on that.
 */
export function runAgain(db: WritableDb, runId: number, pictureVersion: number): number {
  const row = read<{
    model_id: number;
    preset_id: number;
    settings: string;
    answer_mode: 'self' | 'teacher';
    device: string | null;
  }>(db, 'SELECT model_id, preset_id, settings, answer_mode, device FROM run WHERE id = ?').get(runId)!;
  const settings = anySettingsSchema.parse(JSON.parse(row.settings));
  const again = ensureRun(db, {
    modelId: row.model_id,
    presetId: row.preset_id,
    settings: { ...settings, [AGAIN_OF]: runId, pictureVersion },
    answerMode: row.answer_mode,
  });
  if (row.device !== null) setRunDevice(db, again, row.device);
  return again;
}

/** Notes the device that really runs it (the latest one, when it was resumed elsewhere). */
export function setRunDevice(db: WritableDb, runId: number, device: string): void {
  write(db, 'UPDATE run SET device = ? WHERE id = ?').run(device, runId);
}

/** Throws `not_found`, for one that was removed, too. */
export function getRun(db: ReadableDb, runId: number): Run {
  const row = read<Row>(db, `${SELECT} WHERE run.id = ? AND run.removed_at IS NULL`).get(runId);
  if (!row)
    throw new FoveaError('not_found', `there is no run ${runId}`, { next: 'List the runs of the project' });
  return toRun(row);
}

/** Throws `not_found`. */
export function overlaysOfRun(db: ReadableDb, runId: number): RunOverlays {
  const row = read<{ settings: string }>(db, 'SELECT settings FROM run WHERE id = ?').get(runId);
  if (!row) throw new FoveaError('not_found', `there is no run ${runId}`);
  return settingsSchema.parse(JSON.parse(row.settings));
}

/** Gives a run a name; null takes it away. Throws `not_found`. */
export function renameRun(db: WritableDb, runId: number, name: string | null): Run {
  return transact(db, () => {
    getRun(db, runId);
    write(db, 'UPDATE run SET name = ? WHERE id = ?').run(name, runId);
    return getRun(db, runId);
  });
}

/** Notes that a run of which nothing is left is none of the project's any more. */
export function forgetRun(db: WritableDb, runId: number): void {
  write(db, 'UPDATE run SET removed_at = ?, name = NULL WHERE id = ?').run(new Date().toISOString(), runId);
}

export function listRuns(db: ReadableDb): Run[] {
  return read<Row>(db, `${SELECT} WHERE run.removed_at IS NULL ORDER BY run.id`).all().map(toRun);
}

/**
 * The run of the model that the project is labelled with: the active one, or where its labels came with an import, the newest that
 * a model made; null: there is none.
 */
export function labellingRun(db: ReadableDb): Run | null {
  const active = activeRunId(db);
  if (active === null) return null;
  const run = getRun(db, active);
  if (run.importedFrom === undefined) return run;
  return listRuns(db).findLast(({ importedFrom }) => importedFrom === undefined) ?? null;
}

export function activeRunId(db: ReadableDb): number | null {
  return read<{ id: number | null }>(db, 'SELECT active_run_id AS id FROM project').get()?.id ?? null;
}

/** How the run on show makes pixels of a file; the authors' way where none is. */
export function activePictureRules(db: ReadableDb): PictureRules {
  const id = activeRunId(db);
  return (id === null ? undefined : getRun(db, id).preset.picture) ?? AUTHORS_PICTURE_RULES;
}

/**
 * Shows this run's predictions from now on, wherever it has one; a sample it has none of keeps what it shows. Decisions stay
 * what they are. Throws `not_found`.
 */
export function setActiveRun(db: WritableDb, runId: number): void {
  transact(db, () => {
    getRun(db, runId);
    if (activeRunId(db) === runId) return;
    write(db, 'DELETE FROM sample_run').run();
    // Where pictures were replaced, the run's newer predictions lie in runs of the same making.
    write(
      db,
      `INSERT INTO sample_run (sample_id, run_id)
       SELECT q.sample_id, q.run_id FROM run z JOIN prediction q ON q.run_id = z.id
       JOIN sample s ON s.id = q.sample_id JOIN image i ON i.id = s.image_id AND i.version = q.picture_version
       WHERE json_extract(z.settings, '$.${AGAIN_OF}') = ?`,
    ).run(runId);
    write(
      db,
      `INSERT INTO sample_run (sample_id, run_id)
       SELECT t.sample_id, p.run_id FROM sample_state t JOIN prediction p ON p.id = t.prediction_id
       WHERE NOT EXISTS (SELECT 1 FROM prediction q WHERE q.run_id = ? AND q.sample_id = t.sample_id)
       ON CONFLICT (sample_id) DO NOTHING`,
    ).run(runId);
    write(db, 'UPDATE project SET active_run_id = ?').run(runId);
    refreshAllSampleStates(db);
  });
}

function toRun(row: Row): Run {
  const settings: unknown = JSON.parse(row.settings);
  const { adapterDir } = settingsSchema.parse(settings);
  const { imported } = importedSchema.parse(settings);
  return {
    id: row.id,
    ...(row.given === null ? {} : { name: row.given }),
    modelName: row.name,
    modelDir: row.dir,
    ...(adapterDir === undefined ? {} : { adapterDir }),
    ...(imported === undefined ? {} : { importedFrom: imported.file }),
    preset: presetSchema.parse(JSON.parse(row.body)),
    answerMode: row.answer_mode,
    device: row.device,
    createdAt: row.created_at,
  };
}
