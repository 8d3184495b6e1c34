/** What a prediction was made from: all that is needed to ask the same model about the same picture again. */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Precision, precisionSchema } from '../../../src-shared/contract/models.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import { type ReadableDb, read } from '../db.ts';

export interface PredictionSource {
  readonly runId: number;
  readonly sampleId: number;
  readonly imageId: number;
  readonly question: string;
  readonly answerMode: 'self' | 'teacher';
  /** As generated, or as fed. */
  readonly answer: string;
  readonly answerTokens: readonly number[];
  readonly preset: Preset;
  readonly model: {
    readonly dir: string;
    /** Hash over its files when the run was made. */
    readonly fingerprint: string;
    /** What was laid over it. */
    readonly rpnDir?: string;
    readonly adapterDir?: string;
    readonly precision: Precision;
  };
  /** Whether the run asked for these. */
  readonly want: { readonly questionMap: boolean; readonly rpn: boolean; readonly secondStage: boolean };
  /** Its maps came with an import: there is no model to ask. */
  readonly imported: boolean;
}

interface Row {
  readonly run_id: number;
  readonly sample_id: number;
  readonly image_id: number;
  readonly question: string;
  readonly answer_mode: 'self' | 'teacher';
  readonly answer: string;
  readonly answer_tokens: string;
  readonly preset: string;
  readonly settings: string;
  readonly dir: string;
  readonly fingerprint: string;
}

const SELECT = `
SELECT p.run_id, p.sample_id, s.image_id, s.question, run.answer_mode, p.answer, p.answer_tokens,
       preset.body AS preset, run.settings, model.dir, model.fingerprint
FROM prediction p
JOIN sample s ON s.id = p.sample_id
JOIN run ON run.id = p.run_id
JOIN model ON model.id = run.model_id
JOIN preset ON preset.id = run.preset_id
WHERE p.id = ?`;

const tokensSchema = z.array(z.number().int().min(0));
const settingsSchema = z.object({
  precision: precisionSchema.default('as-stored'),
  rpnDir: z.string().nullish(),
  adapterDir: z.string().nullish(),
  imported: z.unknown().optional(),
  want: z
    .object({ questionMap: z.boolean(), rpn: z.boolean(), secondStage: z.boolean() })
    .default({ questionMap: true, rpn: true, secondStage: true }),
});

/** Throws `not_found`. */
export function predictionSource(db: ReadableDb, predictionId: number): PredictionSource {
  const row = read<Row>(db, SELECT).get(predictionId);
  if (!row) {
    throw new FoveaError('not_found', `there is no prediction ${predictionId}`, {
      next: 'Load the sample again',
    });
  }
  const { precision, rpnDir, adapterDir, want, imported } = settingsSchema.parse(JSON.parse(row.settings));
  return {
    runId: row.run_id,
    sampleId: row.sample_id,
    imageId: row.image_id,
    question: row.question,
    answerMode: row.answer_mode,
    answer: row.answer,
    answerTokens: tokensSchema.parse(JSON.parse(row.answer_tokens)),
    preset: presetSchema.parse(JSON.parse(row.preset)),
    model: {
      dir: row.dir,
      fingerprint: row.fingerprint,
      ...(rpnDir ? { rpnDir } : {}),
      ...(adapterDir ? { adapterDir } : {}),
      precision,
    },
    want,
    imported: imported !== undefined,
  };
}
