/** What goes to and comes from the threads that look at pictures for an import. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';

/** `root`: the images folder, links resolved. */
export const lookTaskSchema = z.object({ root: z.string() });
export type LookTask = z.infer<typeof lookTaskSchema>;

/** Paths relative to the root. */
export const lookRequestSchema = z.array(z.string());

const looked = z.union([
  z.object({
    image: z.object({
      path: z.string(),
      bytes: z.number(),
      mtimeMs: z.number(),
      width: z.number(),
      height: z.number(),
    }),
    linkedInto: z.string().nullable(),
    sha256: z.string().nullable(),
  }),
  z.object({ error: wireErrorSchema }),
]);
/** One for each path, in their order. */
export const lookAnswerSchema = z.array(looked);
export type Looked = z.infer<typeof looked>;
