/** The queue under a filter, and one sample with its maps. */
import { z } from 'zod';
import {
  idSchema,
  predictionMapsSchema,
  sampleDetailSchema,
  sampleRowSchema,
  sampleStateSchema,
} from '../domain.ts';

/** Empty lists mean "any". Text matches question, answer and external id, case-insensitively. */
export const sampleFilterSchema = z.object({
  states: z.array(sampleStateSchema).default([]),
  dropped: z.enum(['any', 'dropped', 'kept']).default('any'),
  languages: z.array(z.string()).default([]),
  splits: z.array(z.string()).default([]),
  text: z.string().max(500).default(''),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;

export const sampleProcedures = {
  'samples.list': {
    input: z.object({
      filter: sampleFilterSchema,
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({ total: z.number().int(), rows: z.array(sampleRowSchema) }),
  },
  /** The sample's place (0-based) under a filter, or null when the filter hides it. */
  'samples.position': {
    input: z.object({ filter: sampleFilterSchema, id: idSchema }),
    output: z.object({ position: z.number().int().nullable() }),
  },
  'samples.get': { input: z.object({ id: idSchema }), output: sampleDetailSchema },
  'samples.maps': { input: z.object({ predictionId: idSchema }), output: predictionMapsSchema },
} as const;
