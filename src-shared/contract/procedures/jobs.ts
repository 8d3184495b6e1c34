/** Presets and the jobs that run them. */
import { z } from 'zod';
import { answerModeSchema, idSchema, jobSchema } from '../domain.ts';
import { MOST } from '../limits.ts';
import { precisionSchema } from '../models.ts';
import { presetSchema } from '../preset.ts';
import { none } from './none.ts';

const place = z.string().max(MOST.path);

export const jobProcedures = {
  'presets.list': { input: none, output: z.array(presetSchema) },

  'jobs.list': { input: none, output: z.array(jobSchema) },
  'jobs.label': {
    input: z.object({
      modelDir: place.nullable(),
      /** A folder whose RPN is laid over the model. */
      rpnDir: place.optional(),
      /** A folder whose adapter is laid over the model; `modelDir` may also be an adapter's own folder. */
      adapterDir: place.optional(),
      presetId: z.string().max(MOST.presetId).nullable(),
      answerMode: answerModeSchema,
      limit: z.number().int().positive().nullable(),
      /** Default: weights as they are stored. */
      precision: precisionSchema.optional(),
    }),
    output: jobSchema,
  },
  /** Labels the whole project as a run did, with the prompt its model is asked with today: a run of its own. */
  'jobs.labelAnew': { input: z.object({ runId: idSchema }), output: jobSchema },
  'jobs.cancel': { input: z.object({ id: idSchema }), output: jobSchema },
} as const;
