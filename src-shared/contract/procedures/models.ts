/** The library of models: what there is, adding, checking, downloading, removing. None of it needs a project. */
import { z } from 'zod';
import { pathSchema } from '../limits.ts';
import { libraryModelSchema, modelTaskSchema, precisionWishSchema, removalSchema } from '../models.ts';
import { none } from './none.ts';

const name = z.string().min(1).max(300);

/** A model with the presets that fit it: all of them, and the one that is taken when none is named. */
export const listedModelSchema = libraryModelSchema.extend({
  presets: z.array(z.string()),
  preset: z.string().nullable(),
});
export type ListedModel = z.infer<typeof listedModelSchema>;

export const modelProcedures = {
  'models.list': {
    input: none,
    output: z.object({
      models: z.array(listedModelSchema),
      tasks: z.array(modelTaskSchema),
      /** Memory that is free now, bytes. */
      availableBytes: z.number(),
      /** Where downloads lie, and where they come from. */
      downloadsDir: z.string(),
      endpoint: z.string(),
      /** `ORG/NAME` of models in this person's Hugging Face cache that could be added. */
      addable: z.array(z.string()),
      /** Entries of the list of models that cannot be read, in words. */
      broken: z.array(z.string()),
    }),
  },
  /** Takes a folder, a folder of a Hugging Face cache, or `ORG/NAME` of one into the library. */
  'models.add': {
    input: z.object({ path: pathSchema }),
    output: z.object({ name, added: z.boolean() }),
  },
  /** Loads the model to see whether and where it runs; the task's events say how far it is. */
  'models.check': {
    input: z.object({ name, precision: precisionWishSchema }),
    output: modelTaskSchema,
  },
  /** Downloads, or goes on with it. */
  'models.download': {
    input: z.object({ repo: z.string().trim().max(200), revision: z.string().trim().max(200) }),
    output: modelTaskSchema,
  },
  /** Stops a check or a download; what was downloaded stays for the next time. */
  'models.cancel': { input: z.object({ id: z.number().int().positive() }), output: none },
  /** What `models.remove` would delete. */
  'models.removal': { input: z.object({ name }), output: removalSchema },
  'models.remove': { input: z.object({ name }), output: removalSchema },
} as const;
