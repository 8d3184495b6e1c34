/** What goes to and comes from the thread that compares. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import {
  comparedAgainstSchema,
  comparedOverSchema,
  comparedSchema,
  rpnComparisonSchema,
} from '../../../src-shared/contract/training.ts';

export const toCompareThreadSchema = z.object({
  /** Of this task; grows. */
  id: z.number().int(),
  projectPath: z.string(),
  sides: z.tuple([comparedSchema, comparedSchema]),
  against: comparedAgainstSchema,
  over: comparedOverSchema.nullable(),
  /** Four bytes; anything but 0 asks it to stop. */
  stop: z.instanceof(SharedArrayBuffer),
});
export type ToCompareThread = z.infer<typeof toCompareThreadSchema>;

export const fromCompareThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), id: z.number(), done: z.number(), total: z.number() }),
  z.object({
    type: z.literal('done'),
    id: z.number(),
    comparison: rpnComparisonSchema,
    /** As `packed` writes them. */
    table: z.instanceof(Float64Array),
    orders: z.object({
      auc: z.instanceof(Uint32Array),
      iou: z.instanceof(Uint32Array),
      boxRecall: z.instanceof(Uint32Array),
    }),
  }),
  z.object({ type: z.literal('failed'), id: z.number(), error: wireErrorSchema }),
]);
export type FromCompareThread = z.infer<typeof fromCompareThreadSchema>;
