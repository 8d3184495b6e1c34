/** What goes to and comes from the thread that counts what a project takes. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import { cleanableSchema, spaceSchema } from '../../../src-shared/contract/procedures.ts';

export const spaceTaskSchema = z.object({
  projectPath: z.string(),
  clean: z.array(cleanableSchema),
  budgets: z.object({
    thumbnails: z.number(),
    pictures: z.number(),
    uploads: z.number(),
    cacheDir: z.string(),
  }),
});
export type SpaceTask = z.infer<typeof spaceTaskSchema>;

export const fromSpaceThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), freed: z.number(), space: spaceSchema }),
  z.object({ type: z.literal('failed'), error: wireErrorSchema }),
]);
export type FromSpaceThread = z.infer<typeof fromSpaceThreadSchema>;
