/**
 * What the workers of a run are told once: which model, by what preset and prompt, and where its pictures are. Whatever differs
 * on a worker's side makes other numbers, so it refuses the run.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { answerModeSchema } from '../../../src-shared/contract/domain.ts';
import { pathSchema } from '../../../src-shared/contract/limits.ts';
import { precisionSchema } from '../../../src-shared/contract/models.ts';
import { presetSchema, type Preset } from '../../../src-shared/contract/preset.ts';
import { canonicalJson } from '../../store/json.ts';

/** Of the messages below and of the tables; another one is another program's. */
export const FORMAT = 1;

/** Most bytes of a run's description. */
export const SPEC_BYTES = 1 << 20;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const specSchema = z.object({
  format: z.literal(FORMAT),
  /** Version of the program that made the run. */
  version: z.string().max(100),
  /** For people. */
  project: z.string().max(4096),
  model: z.object({
    /** For people. */
    name: z.string().max(1000),
    /** As `modelFingerprint` (jobs/asking). */
    fingerprint: sha256Schema,
    precision: precisionSchema,
  }),
  preset: presetSchema,
  /** Of `preset`, as {@link presetFingerprint}. */
  presetSha256: sha256Schema,
  /** Of the prompt's texts (checkpoint/prompt-identity). */
  promptSha256: sha256Schema,
  answerMode: answerModeSchema,
  /** What the engine is asked for, besides what every run asks. */
  want: z.object({ questionMap: z.boolean(), rpn: z.boolean(), secondStage: z.boolean() }),
  pictures: z.object({
    /** Where the host hands out pictures; null: it does not, workers read them from a folder. */
    url: z.string().max(1000).nullable(),
    /** The image folders of the project, as the host names them. */
    roots: z.array(z.object({ id: z.number().int().positive(), dir: pathSchema })).max(10_000),
  }),
  /** Samples a chunk. */
  chunkSize: z.number().int().min(1).max(1000),
  samples: z.number().int().min(0),
});
export type RunSpec = z.infer<typeof specSchema>;

/** Of what a preset says, however it is laid out. */
export function presetFingerprint(preset: Preset): string {
  return createHash('sha256').update(canonicalJson(preset)).digest('hex');
}
