/** What goes to and comes from the thread that decides or undoes a batch. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import { batchSchema } from '../../../src-shared/contract/procedures.ts';

export const batchTaskSchema = z.object({
  projectPath: z.string(),
  action: z.enum(['apply', 'undo']),
  id: z.number().int(),
  reviewer: z.string(),
  /** Of rejecting; null for anything else. */
  reason: z.string().nullable(),
  /** Four bytes; anything but 0 asks it to stop. */
  stop: z.instanceof(SharedArrayBuffer),
});
export type BatchTask = z.infer<typeof batchTaskSchema>;

export const fromBatchThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('done'), batch: batchSchema }),
  z.object({ type: z.literal('failed'), error: wireErrorSchema }),
]);
export type FromBatchThread = z.infer<typeof fromBatchThreadSchema>;
