/** The queue under a filter, and one sample with its maps. */
import { z } from 'zod';
import {
  idSchema,
  predictionMapsSchema,
  predictionSchema,
  sampleDetailSchema,
  sampleRowSchema,
} from '../domain.ts';
import { IMPORT_ORDER, sampleFilterSchema, sampleSortSchema } from './sample-filter.ts';

export const sampleProcedures = {
  'samples.list': {
    input: z.object({
      filter: sampleFilterSchema,
      sort: sampleSortSchema.default(IMPORT_ORDER),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({ total: z.number().int(), rows: z.array(sampleRowSchema) }),
  },
  /** The sample's place (0-based) under a filter and an order, or null when the filter hides it. */
  'samples.position': {
    input: z.object({
      filter: sampleFilterSchema,
      sort: sampleSortSchema.default(IMPORT_ORDER),
      id: idSchema,
    }),
    output: z.object({ position: z.number().int().nullable() }),
  },
  'samples.get': { input: z.object({ id: idSchema }), output: sampleDetailSchema },
  'samples.maps': { input: z.object({ predictionId: idSchema }), output: predictionMapsSchema },
  /** What every run that labelled the sample says of it, in the order of the runs. */
  'samples.predictions': { input: z.object({ id: idSchema }), output: z.array(predictionSchema) },
} as const;
