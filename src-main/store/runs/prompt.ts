/**
 * Which prompt a run's predictions were made with, as its settings say it. Runs of versions that did not note it say
 * nothing; where it is known all the same, it is noted later, so that labelling goes on under the run that is there.
 */
import { z } from 'zod';
import { type Precision, precisionSchema } from '../../../src-shared/contract/models.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import { canonicalJson } from '../json.ts';
import type { NewRun } from './run.ts';

/** What settings say of a prompt: which one, and a hash of its texts. */
export const runPromptSchema = z.object({ kind: z.string(), sha256: z.string() });
export type RunPrompt = z.output<typeof runPromptSchema>;

/** What a run was made with. */
export interface MadeRun {
  readonly id: number;
  readonly model: {
    readonly dir: string;
    /** Hash over its files when the run was made. */
    readonly fingerprint: string;
    readonly rpnDir?: string;
    readonly adapterDir?: string;
    readonly precision: Precision;
  };
  readonly preset: Preset;
  readonly answerMode: 'self' | 'teacher';
  /** Null: made before prompts were noted. */
  readonly prompt: RunPrompt | null;
  /** The run whose labels it took up when only its RPN was asked; null: it was labelled. */
  readonly predictedFrom: number | null;
  /** Its maps came with an import: there is no model to ask. */
  readonly imported: boolean;
}

export interface PromptedRun extends MadeRun {
  /** Samples that show its prediction, and how many of them somebody decided on. */
  readonly shown: number;
  readonly decided: number;
}

interface MadeRow {
  readonly id: number;
  readonly dir: string;
  readonly fingerprint: string;
  readonly body: string;
  readonly settings: string;
  readonly answer_mode: 'self' | 'teacher';
}

interface Row extends MadeRow {
  readonly shown: number;
  readonly decided: number;
}

const COLUMNS = 'run.id, model.dir, model.fingerprint, preset.body, run.settings, run.answer_mode';
const TABLES = 'run JOIN model ON model.id = run.model_id JOIN preset ON preset.id = run.preset_id';

const SELECT = `
SELECT ${COLUMNS}, COALESCE(on_screen.shown, 0) AS shown, COALESCE(on_screen.decided, 0) AS decided
FROM ${TABLES}
LEFT JOIN (
  SELECT p.run_id, COUNT(*) AS shown, COUNT(t.review_id) AS decided
  FROM sample_state t JOIN prediction p ON p.id = t.prediction_id GROUP BY p.run_id
) AS on_screen ON on_screen.run_id = run.id
ORDER BY run.id`;

const settingsSchema = z.object({
  precision: precisionSchema.default('as-stored'),
  rpnDir: z.string().nullish(),
  adapterDir: z.string().nullish(),
  prompt: runPromptSchema.nullish(),
  predictedFrom: z.number().int().nullish(),
  imported: z.unknown().optional(),
});

export function promptedRuns(db: ReadableDb): PromptedRun[] {
  return read<Row>(db, SELECT)
    .all()
    .map((row) => ({ ...toMadeRun(row), shown: row.shown, decided: row.decided }));
}

/** Every run, without counting what shows it. */
export function madeRuns(db: ReadableDb): MadeRun[] {
  return read<MadeRow>(db, `SELECT ${COLUMNS} FROM ${TABLES} ORDER BY run.id`).all().map(toMadeRun);
}

function toMadeRun({ id, dir, fingerprint, body, settings, answer_mode: answerMode }: MadeRow): MadeRun {
  const { precision, rpnDir, adapterDir, prompt, predictedFrom, imported } = settingsSchema.parse(
    JSON.parse(settings),
  );
  const over = { ...(rpnDir ? { rpnDir } : {}), ...(adapterDir ? { adapterDir } : {}) };
  return {
    id,
    model: { dir, fingerprint, ...over, precision },
    preset: presetSchema.parse(JSON.parse(body)),
    answerMode,
    prompt: prompt ?? null,
    predictedFrom: predictedFrom ?? null,
    imported: imported !== undefined,
  };
}

/**
 * Notes the prompt of runs that were made before prompts were: those of this model, these settings and a preset of the
 * same teacher's prompt. One that exists with the prompt already stays the one labelling goes on with.
 * @param run its settings without a prompt
 */
export function notePrompt(
  db: WritableDb,
  run: Omit<NewRun, 'presetId'>,
  teacher: Preset['teacher'],
  prompt: RunPrompt,
): void {
  const settings = canonicalJson({ ...run.settings, prompt });
  const rows = read<{ id: number; preset_id: number; body: string }>(
    db,
    `SELECT run.id, run.preset_id, preset.body FROM run JOIN preset ON preset.id = run.preset_id
     WHERE run.model_id = ? AND run.settings = ? AND run.answer_mode = ?`,
  ).all(run.modelId, canonicalJson(run.settings), run.answerMode);
  for (const { id, preset_id: presetId, body } of rows) {
    if (presetSchema.parse(JSON.parse(body)).teacher?.prompt !== teacher?.prompt) continue;
    write(
      db,
      `UPDATE run SET settings = ? WHERE id = ? AND NOT EXISTS (
         SELECT 1 FROM run WHERE model_id = ? AND preset_id = ? AND settings = ? AND answer_mode = ?)`,
    ).run(settings, id, run.modelId, presetId, settings, run.answerMode);
  }
}
