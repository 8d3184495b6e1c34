/** Flags, notes and saved filters: what people want to find again. */
import { z } from 'zod';
import { flagSchema, idSchema } from '../domain.ts';
import { none } from './none.ts';
import { sampleFilterSchema, sampleSortSchema } from './sample-filter.ts';

export const noteSchema = z.object({
  id: idSchema,
  sampleId: idSchema,
  text: z.string(),
  reviewer: z.string(),
  createdAt: z.string(),
});
export type Note = z.infer<typeof noteSchema>;

/** A filter and an order under a name of its own; kept in the project. */
export const savedFilterSchema = z.object({
  id: idSchema,
  name: z.string(),
  filter: sampleFilterSchema,
  sort: sampleSortSchema,
});
export type SavedFilter = z.infer<typeof savedFilterSchema>;

const reviewerSchema = z.string().min(1).max(200);

export const annotationProcedures = {
  'flags.set': {
    input: z.object({
      sampleIds: z.array(idSchema).min(1).max(10_000),
      flag: flagSchema,
      on: z.boolean(),
      reviewer: reviewerSchema,
    }),
    output: none,
  },
  'notes.list': { input: z.object({ sampleId: idSchema }), output: z.array(noteSchema) },
  'notes.add': {
    input: z.object({ sampleId: idSchema, text: z.string().min(1).max(10_000), reviewer: reviewerSchema }),
    output: noteSchema,
  },
  'notes.remove': { input: z.object({ id: idSchema }), output: none },

  'filters.list': { input: none, output: z.array(savedFilterSchema) },
  /** Saves under a name; one of that name is replaced. */
  'filters.save': {
    input: z.object({
      name: z.string().trim().min(1).max(80),
      filter: sampleFilterSchema,
      sort: sampleSortSchema,
    }),
    output: savedFilterSchema,
  },
  'filters.remove': { input: z.object({ id: idSchema }), output: none },
} as const;
