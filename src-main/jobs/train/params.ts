/** What a training job is asked, and what a person may leave out of it. */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { modelRefSchema } from '../../../src-shared/contract/models.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import {
  trainingDataSchema,
  trainingEnvironmentSchema,
  trainingSettingsSchema,
} from '../../../src-shared/contract/training.ts';

/** All that a training job needs to be continued by another process. */
export const trainJobParamsSchema = z.object({
  /** Its `rpnDir` is the branch that training begins from, where that is not the model's own. */
  model: modelRefSchema,
  /** Whose rules read pictures and maps. */
  preset: presetSchema,
  /** A branch made of the base model's own layers; null: it goes on from the one that is there. */
  fresh: z.object({ k: z.number().int().min(0), t: z.number().int().min(1) }).nullable(),
  /** The version of the project that lies in `rpnDir`; null: it is none of the project's. */
  parent: z.number().int().positive().nullable(),
  data: trainingDataSchema,
  settings: trainingSettingsSchema,
  /** Of the version that comes of it; null: a name by number. */
  name: z.string().nullable(),
  /** Measure against the samples' known boxes instead of what people corrected. */
  truth: z.boolean(),
  environment: trainingEnvironmentSchema,
  /** Why the model has its precision, where nobody said which. */
  chosen: z.string().optional(),
});
export type TrainJobParams = z.infer<typeof trainJobParamsSchema>;

/**
 * The two numbers of a new branch, as `K,T`.
 * @throws FoveaError `bad_input`
 */
export function parseFresh(text: string): { readonly k: number; readonly t: number } {
  const [, k, t] = /^(\d{1,4}),(\d{1,4})$/.exec(text) ?? [];
  if (k !== undefined && t !== undefined && Number(t) > 0) return { k: Number(k), t: Number(t) };
  throw new FoveaError('bad_input', `${JSON.stringify(text)} is not a layer and a number of layers`, {
    next: 'Give two numbers, as --new-rpn 15,3',
  });
}
