/** What an epoch of `bench:train` is trained on, as both sides read it. */
import { z } from 'zod';

export const manifestSchema = z.object({
  k: z.number(),
  t: z.number(),
  /** Samples of a step, and of those how many PyTorch takes at once (the authors' own number for LLaVA). */
  batch: z.number(),
  device_batch: z.number(),
  /** File of int8 labels, 1 and 0, `[samples, cells]`. */
  labels: z.string(),
  samples: z.array(
    z.object({
      image: z.string(),
      ids: z.array(z.number()),
      visual: z.tuple([z.number(), z.number()]),
      /** File of kept features. */
      features: z.string(),
    }),
  ),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const epochSchema = z.object({ seconds: z.number(), losses: z.array(z.number()) });
