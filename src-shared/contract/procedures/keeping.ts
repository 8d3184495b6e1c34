/** What is kept of a project so that no decision is lost with its database. */
import { z } from 'zod';
import { none } from './none.ts';

export const keepingSchema = z.object({
  /** The project's folder, which holds all of it. */
  folder: z.string(),
  /** Copies of the database, newest first; `day` is local, `YYYY-MM-DD`. */
  copies: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['daily', 'migration', 'manual']),
      day: z.string(),
      bytes: z.number().int(),
    }),
  ),
  /** Why an automatic copy was left out, or null. */
  leftOut: z.string().nullable(),
  /** Where the log of another database went that lay beside this one when it was opened, or null. */
  logAside: z.string().nullable(),
  /** The journal's file name, and what keeps it from being written. */
  journal: z.string(),
  journalProblem: z.string().nullable(),
});
export type Keeping = z.infer<typeof keepingSchema>;

export const keepingProcedures = {
  'project.keeping': { input: none, output: keepingSchema },
} as const;
