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

export const pictureNotesSchema = z.object({
  /** EXIF orientation that is still to be turned; 1: it lies as it is meant. */
  orientation: z.literal([1, 2, 3, 4, 5, 6, 7, 8]),
  /** An alpha channel or a transparent colour. */
  transparent: z.boolean(),
  /** 16-bit grey: everything above 255 is white. */
  clipped: z.boolean(),
});
export type PictureNotes = z.infer<typeof pictureNotesSchema>;

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
  /**
   * The sample next to `from` in this order that waits for a decision (state `pending`) and that the filter lets through, `from`
   * itself last of all: after the last comes the first. Null: none waits.
   */
  'samples.undecided': {
    input: z.object({
      filter: sampleFilterSchema,
      sort: sampleSortSchema.default(IMPORT_ORDER),
      /** Need not be in the list any more; null: its beginning, or end. */
      sampleId: idSchema.nullable(),
      back: z.boolean(),
    }),
    output: z.object({ id: idSchema, wrapped: z.boolean() }).nullable(),
  },
  'samples.get': { input: z.object({ id: idSchema }), output: sampleDetailSchema },
  'samples.maps': { input: z.object({ predictionId: idSchema }), output: predictionMapsSchema },
  /** What every run that labelled the sample says of it, in the order of the runs. */
  'samples.predictions': { input: z.object({ id: idSchema }), output: z.array(predictionSchema) },
  /** What of a picture a viewer would show otherwise than the model sees it; null where its file cannot be read. */
  'samples.picture': { input: z.object({ imageId: idSchema }), output: pictureNotesSchema.nullable() },
} as const;
