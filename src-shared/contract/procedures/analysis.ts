/**
 * Looking into the model on one sample. Calls of one page (`slot`, any text it chose for itself) replace each other:
 * the older one fails with `cancelled`.
 */
import { z } from 'zod';
import { bytesSchema, gridSchema, idSchema, transformSchema } from '../domain.ts';

const slotSchema = z.string().min(1).max(64);

/** Every head's map of some layers. */
export const headMapSetSchema = z
  .object({
    predictionId: idSchema,
    grid: gridSchema,
    transform: transformSchema,
    /** Layer numbers, ascending. */
    layers: z.array(z.number().int().min(0)),
    /** Heads per layer. */
    heads: z.number().int().min(1),
    /** Float16 little-endian bytes of `[layers, heads, H*W]`. */
    data: bytesSchema,
  })
  .refine(
    ({ grid, layers, heads, data }) => data.length === 2 * layers.length * heads * grid[0] * grid[1],
    'the maps do not fit their grid',
  );
export type HeadMapSet = z.infer<typeof headMapSetSchema>;

export const analysisProcedures = {
  /**
   * Asks the model again and gives every head's map of the layers the preset uses (`recipe`) or of all. Tells
   * `analysis.progress`.
   */
  'analysis.heads': {
    input: z.object({ slot: slotSchema, predictionId: idSchema, layers: z.enum(['recipe', 'all']) }),
    output: headMapSetSchema,
  },
  'analysis.cancel': { input: z.object({ slot: slotSchema }), output: z.object({}) },
} as const;
