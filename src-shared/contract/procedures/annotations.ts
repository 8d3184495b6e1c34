/** Flags, tags, notes, verdicts on answers and saved filters: what people want to find again. */
import { z } from 'zod';
import { answerVerdictSchema, localisationSchema, outcomeSchema } from '../scoring/answers.ts';
import { flagSchema, idSchema } from '../domain.ts';
import { MOST, nameSchema, reviewerSchema, tagSchema } from '../limits.ts';
import { none } from './none.ts';
import { sampleFilterSchema, sampleSortSchema } from './sample-filter.ts';

export const noteSchema = z.object({
  id: idSchema,
  sampleId: idSchema,
  text: z.string(),
  reviewer: z.string(),
  /** When its text was written last. */
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

export const NOTE_MOST = MOST.note;
export const TAG_MOST = MOST.tag;
/** Characters of an answer that can be judged: far above what any model is let say. */
const JUDGED_MOST = 100_000;
const noteTextSchema = z.string().max(MOST.note);

export const FILTER_NAME_MOST = MOST.filterName;
const filterNameSchema = nameSchema(MOST.filterName);

export const annotationProcedures = {
  /** Gives the samples that this changed: what undoing it is about. Tells `flags.changed`. */
  'flags.set': {
    input: z.object({
      sampleIds: z.array(idSchema).min(1).max(10_000),
      flag: flagSchema,
      on: z.boolean(),
      reviewer: reviewerSchema,
    }),
    output: z.object({ changed: z.array(idSchema) }),
  },
  /** Gives samples a tag or takes it away. Gives the samples that this changed; tells `tags.changed`. */
  'tags.set': {
    input: z.object({
      sampleIds: z.array(idSchema).min(1).max(10_000),
      tag: tagSchema,
      on: z.boolean(),
      reviewer: reviewerSchema,
    }),
    output: z.object({ changed: z.array(idSchema) }),
  },
  /** The project's tags, the most used first, for completion. */
  'tags.list': {
    input: none,
    output: z.array(z.object({ name: z.string(), samples: z.number().int() })),
  },
  /**
   * A person calls an answer of a sample right or wrong, over whatever the benchmark's rule says, or takes that back (null). It is
   * about the text: it holds wherever the sample is answered so. Said once more, it changes nothing. Gives what the sample's row
   * shows now; tells `outcomes.changed`. Fails with `not_found`.
   */
  'answers.judge': {
    input: z.object({
      sampleId: idSchema,
      answer: z.string().max(JUDGED_MOST),
      verdict: answerVerdictSchema.nullable(),
      reviewer: reviewerSchema,
    }),
    output: z.object({ outcome: outcomeSchema.nullable(), localised: localisationSchema.nullable() }),
  },
  'notes.list': { input: z.object({ sampleId: idSchema }), output: z.array(noteSchema) },
  'notes.add': {
    input: z.object({ sampleId: idSchema, text: noteTextSchema.min(1), reviewer: reviewerSchema }),
    output: noteSchema,
  },
  /**
   * Writes a note as a person types it: note `id` where its text still is `was`, else (or without one) a note of its
   * own, so that nothing somebody else wrote is lost. No words remove the note. The same call twice does no more than
   * once. Gives the note that holds the text, or null.
   */
  'notes.write': {
    input: z.object({
      sampleId: idSchema,
      id: idSchema.nullable(),
      was: z.string().max(MOST.note),
      text: noteTextSchema,
      reviewer: reviewerSchema,
    }),
    output: noteSchema.nullable(),
  },
  'notes.remove': { input: z.object({ id: idSchema }), output: none },

  'filters.list': { input: none, output: z.array(savedFilterSchema) },
  /** Saves under a name; one of that name is replaced. */
  'filters.save': {
    input: z.object({
      name: filterNameSchema,
      filter: sampleFilterSchema,
      sort: sampleSortSchema,
    }),
    output: savedFilterSchema,
  },
  /** Fails with `conflict` when another one has that name, and with `not_found`. Tells `filters.changed`. */
  'filters.rename': {
    input: z.object({ id: idSchema, name: filterNameSchema }),
    output: savedFilterSchema,
  },
  'filters.remove': { input: z.object({ id: idSchema }), output: none },
} as const;
