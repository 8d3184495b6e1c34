/** What goes to and comes from the thread that looks at pictures' files. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import { importCopiesSchema } from '../../../src-shared/contract/procedures/exchange.ts';
import { pictureCheckSchema, relinkPlanSchema } from '../../../src-shared/contract/procedures/pictures.ts';

export const pictureTaskSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('check'),
    projectPath: z.string(),
    fingerprint: z.boolean(),
    /** Two numbers of four bytes: anything but 0 in the first asks it to stop; it counts the second up while it goes on. */
    shared: z.instanceof(SharedArrayBuffer),
  }),
  z.object({
    action: z.literal('plan'),
    projectPath: z.string(),
    from: z.string(),
    to: z.string(),
    shared: z.instanceof(SharedArrayBuffer),
  }),
  z.object({
    action: z.literal('copies'),
    projectPath: z.string(),
    importId: z.number(),
    taken: z.object({ numbers: z.instanceof(Float64Array), hashes: z.instanceof(Uint8Array) }),
    shared: z.instanceof(SharedArrayBuffer),
  }),
]);
export type PictureTask = z.infer<typeof pictureTaskSchema>;

export const fromPictureThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('checked'), report: pictureCheckSchema }),
  z.object({ type: z.literal('planned'), plan: relinkPlanSchema }),
  z.object({ type: z.literal('compared'), copies: importCopiesSchema }),
  z.object({ type: z.literal('failed'), error: wireErrorSchema }),
]);
export type FromPictureThread = z.infer<typeof fromPictureThreadSchema>;
