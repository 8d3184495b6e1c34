/**
 * What was decided and written in another project, taken over with the time and the name it was done under. Rows of another
 * project are an untrusted file's: each goes through a schema, and is refused where it could not have been written here.
 */
import { z } from 'zod';
import { whyNotAcceptable } from '../../../src-shared/contract/acceptable.ts';
import { type Flag, type Review } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST, tagSchema as tagNameSchema } from '../../../src-shared/contract/limits.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import {
  getPrediction,
  getPredictionMaps,
  type NewPrediction,
  putPrediction,
} from '../predictions/prediction.ts';
import { ensurePreset } from '../runs/preset.ts';
import { ensureRun, getRun } from '../runs/run.ts';
import { refreshSampleState } from '../samples/state.ts';
import { putMaps } from '../scores/maps.ts';
import { bytesToLabels } from '../bytes.ts';

const name = z.string().min(1).max(MOST.reviewer);
const time = z.iso.datetime({ offset: true });
const reviewSchema = z
  .object({
    decision: z.enum(['accept', 'correct', 'reject', 'reset']),
    label: z.instanceof(Uint8Array).nullable(),
    reviewer: name,
    note: z.string().max(MOST.note).nullable(),
    reason: z.string().max(MOST.rejectReason).nullable(),
    createdAt: time,
  })
  .refine(
    ({ decision, label }) => (decision === 'accept' || decision === 'correct') === (label !== null),
    'a decision and its label do not fit',
  )
  .refine(
    ({ label }) => label === null || label.every((value) => value === 0 || value === 1 || value === 156),
    'a label holds other values than 1, 0 and -100',
  );

/** Why something of another project is not taken over. */
export class NotAdopted extends Error {}

/** Throws {@link NotAdopted} for a revision that could not have been made here. */
export function checkReview(review: Review): void {
  const parsed = reviewSchema.safeParse(review);
  if (!parsed.success) throw new NotAdopted('a decision there is damaged');
  const refusal = review.label && whyNotAcceptable({ label: review.label });
  if (refusal) throw new NotAdopted(`a decision there cannot be stood behind: ${refusal.message}`);
}

/**
 * Appends a revision of another project as it was made there, in the caller's transaction.
 * @param predictionId of this project; null where it has no label
 */
export function adoptReview(
  db: WritableDb,
  sampleId: number,
  review: Review,
  predictionId: number | null,
): void {
  const found = predictionId === null ? null : getPrediction(db, predictionId).prediction;
  const { label } = review;
  if (label !== null && (found === null || label.length !== found.grid[0] * found.grid[1])) {
    throw new NotAdopted('its label is of another grid than the labels here');
  }
  // What was predicted there may not be what was predicted here: then it is a correction of that.
  const same = label !== null && found !== null && Buffer.compare(label, found.label) === 0;
  const decision = review.decision === 'accept' && !same ? 'correct' : review.decision;
  write(
    db,
    `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    sampleId,
    decision,
    label,
    predictionId,
    review.reviewer,
    review.note,
    review.reason,
    review.createdAt,
  );
  refreshSampleState(db, sampleId);
}

interface RunRow {
  readonly fingerprint: string;
  readonly dir: string;
  readonly name: string;
  readonly family: string;
  readonly settings: string;
  readonly answer_mode: 'self' | 'teacher';
}

/**
 * The prediction here that one of another project is: the same run's of the same sample, brought here with its maps where the
 * run has none on it. In the caller's transaction. Runs, models and labels that are here stay as they are.
 */
export function adoptPrediction(
  db: WritableDb,
  from: ReadableDb,
  predictionId: number,
  sampleId: number,
): number {
  const { prediction } = getPrediction(from, predictionId);
  const runId = adoptRun(db, from, prediction.runId);
  const here = read<{ id: number }>(db, 'SELECT id FROM prediction WHERE run_id = ? AND sample_id = ?').get(
    runId,
    sampleId,
  );
  if (here) return here.id;
  const maps = getPredictionMaps(from, predictionId);
  const none = { grounding: null, sink: null, question: null, denoised: null, rpn: null };
  const { answer_tokens } = read<{ answer_tokens: string }>(
    from,
    'SELECT answer_tokens FROM prediction WHERE id = ?',
  ).get(predictionId)!;
  const { label, ...facts } = prediction;
  const answerTokens = z.array(z.number().int()).parse(JSON.parse(answer_tokens));
  const found: NewPrediction = { ...facts, answerTokens, labels: bytesToLabels(label) };
  return putPrediction(db, runId, sampleId, putMaps(db, maps ?? none), found);
}

function adoptRun(db: WritableDb, from: ReadableDb, runId: number): number {
  const { preset } = getRun(from, runId);
  const row = read<RunRow>(
    from,
    `SELECT m.fingerprint, m.dir, m.name, m.family, r.settings, r.answer_mode FROM run r JOIN model m ON m.id = r.model_id
     WHERE r.id = ?`,
  ).get(runId);
  if (!row) throw new FoveaError('not_found', `there is no run ${runId}`);
  // Not `ensureModel`, which would bring the folder of a model that is known here up to date.
  const modelId =
    read<{ id: number }>(db, 'SELECT id FROM model WHERE fingerprint = ?').get(row.fingerprint)?.id ??
    write(db, 'INSERT INTO model (fingerprint, dir, name, family, created_at) VALUES (?, ?, ?, ?, ?)').run(
      row.fingerprint,
      row.dir,
      row.name,
      row.family,
      new Date().toISOString(),
    ).lastId;
  const settings = z.record(z.string(), z.unknown()).parse(JSON.parse(row.settings));
  return ensureRun(db, {
    modelId,
    presetId: ensurePreset(db, preset),
    settings,
    answerMode: row.answer_mode,
  });
}

const noteSchema = z.object({
  text: z.string().trim().min(1).max(MOST.note),
  reviewer: name,
  created_at: time,
});
const flagSchema = z.object({
  flag: z.enum(['look_again', 'example', 'bad_data']),
  reviewer: name,
  created_at: time,
});
const tagSchema = z.object({
  tag: tagNameSchema,
  added: z.union([z.literal(0), z.literal(1)]),
  reviewer: name,
  created_at: time,
});

const verdictSchema = z.object({
  answer: z.string(),
  verdict: z.enum(['right', 'wrong']),
  reviewer: name,
  at: time,
});

/** Notes, flags, words on tags and on answers that people left on a sample. */
export interface Marks {
  readonly notes: readonly z.infer<typeof noteSchema>[];
  readonly flags: readonly { readonly flag: Flag; readonly reviewer: string; readonly created_at: string }[];
  /** The latest word on each tag. */
  readonly tags: readonly z.infer<typeof tagSchema>[];
  /** The verdicts that hold on its answers. */
  readonly verdicts: readonly z.infer<typeof verdictSchema>[];
}

/** Throws {@link NotAdopted} for what could not have been written here. */
export function marksOf(db: ReadableDb, sampleId: number): Marks {
  const rows = <S extends z.ZodType>(schema: S, sql: string): z.output<S>[] =>
    read<object>(db, sql)
      .all(sampleId)
      .map((row) => {
        const parsed = schema.safeParse(row);
        if (parsed.success) return parsed.data;
        throw new NotAdopted('a note, flag, tag or verdict there is damaged');
      });
  return {
    notes: rows(
      noteSchema,
      'SELECT text, reviewer, created_at FROM sample_note WHERE sample_id = ? ORDER BY id',
    ),
    flags: rows(
      flagSchema,
      'SELECT flag, reviewer, created_at FROM sample_flag WHERE sample_id = ? ORDER BY flag',
    ),
    tags: rows(
      tagSchema,
      `SELECT tag, added, reviewer, created_at FROM tag_change c WHERE sample_id = ?
         AND id = (SELECT MAX(id) FROM tag_change WHERE sample_id = c.sample_id AND tag = c.tag) ORDER BY id`,
    ),
    verdicts: rows(
      verdictSchema,
      `SELECT answer, verdict, reviewer, created_at AS at FROM answer_verdict v WHERE sample_id = ? AND verdict IS NOT NULL
         AND id = (SELECT MAX(id) FROM answer_verdict WHERE sample_id = v.sample_id AND answer = v.answer) ORDER BY id`,
    ),
  };
}

/** Adds what is not there. @returns how many of each */
export function adoptNotesAndFlags(
  db: WritableDb,
  sampleId: number,
  { notes, flags }: Marks,
): { notes: number; flags: number } {
  let [addedNotes, addedFlags] = [0, 0];
  for (const { text, reviewer, created_at } of notes) {
    addedNotes += write(
      db,
      `INSERT INTO sample_note (sample_id, text, reviewer, created_at) SELECT ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM sample_note WHERE sample_id = ? AND text = ? AND reviewer = ?)`,
    ).run(sampleId, text, reviewer, created_at, sampleId, text, reviewer).changes;
  }
  for (const { flag, reviewer, created_at } of flags) {
    addedFlags += write(
      db,
      'INSERT INTO sample_flag (sample_id, flag, reviewer, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ).run(sampleId, flag, reviewer, created_at).changes;
  }
  return { notes: addedNotes, flags: addedFlags };
}
