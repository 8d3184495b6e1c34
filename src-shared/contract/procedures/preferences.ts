/** What a person prefers on every page of this machine: theme, keys, panes, where they were. Kept in the data folder. */
import { z } from 'zod';
import { none } from './none.ts';

/** Longest value; the largest honest one, a set of panes, is a few kilobytes. */
export const PREFERENCE_MOST = 64 * 1024;
const nameSchema = z.string().min(1).max(4200);
const valueSchema = z.string().max(PREFERENCE_MOST);

/** What other windows follow at once; the rest they read when they are opened. */
export const FOLLOWED_PREFERENCES = ['reviewer'] as const;

/** Some of {@link FOLLOWED_PREFERENCES} that were set, by name. */
export const followedSchema = z.object({
  values: z.partialRecord(z.enum(FOLLOWED_PREFERENCES), valueSchema),
});

export const preferenceProcedures = {
  /** All of them by name; what a value means only the page knows. */
  'preferences.get': { input: none, output: z.object({ values: z.record(nameSchema, valueSchema) }) },
  /** Sets some; the others stay. */
  'preferences.set': {
    input: z.object({
      values: z
        .record(nameSchema, valueSchema)
        .refine((values) => Object.keys(values).length <= 100, 'too many at once'),
    }),
    output: none,
  },
} as const;
