/** What a project takes on the disk, and how to have room back. */
import { z } from 'zod';
import { none } from './none.ts';

/** What can be had back: all of it is made again when it is wanted, or is a copy of what is there. */
export const CLEANABLE = ['features', 'thumbnails', 'pictures', 'backups', 'uploads', 'quantised'] as const;
export const cleanableSchema = z.enum(CLEANABLE);
export type Cleanable = z.infer<typeof cleanableSchema>;

/**
 * Parts of a project: its database, the maps, the journal of decisions, pictures that came inside files, versions of the RPN with
 * what training keeps, whatever else lies there; and what is cleanable.
 */
export const SPACE_PARTS = ['database', 'maps', 'journal', 'stored', 'rpn', ...CLEANABLE, 'other'] as const;

export const spaceSchema = z.object({
  parts: z.array(
    z.object({
      part: z.enum(SPACE_PARTS),
      bytes: z.number(),
      files: z.number().int(),
      /** Bytes that cleaning it frees. */
      freeable: z.number(),
      /** Bytes that it takes at most by itself; null: nothing keeps it down. */
      budget: z.number().nullable(),
    }),
  ),
  /** Of the disk that the project lies on. */
  freeOnDisk: z.number(),
});
export type Space = z.infer<typeof spaceSchema>;

export const storageProcedures = {
  /** Counted in a thread of its own. */
  'storage.measure': { input: none, output: spaceSchema },
  /** Frees what {@link spaceSchema} calls freeable of these; how it stands then. */
  'storage.clean': {
    input: z.object({ parts: z.array(cleanableSchema).min(1) }),
    output: z.object({ freed: z.number(), space: spaceSchema }),
  },
} as const;
