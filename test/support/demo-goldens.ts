/**
 * The demo model's goldens: numbers that the recipe's own PyTorch forward gave for the checkpoint in
 * `models/demo/checkpoint`. Regenerate as test/golden/demo/README.md says; every test reads what it expects from here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
export const DEMO_CHECKPOINT = join(ROOT, 'models/demo/checkpoint');
export const DEMO_IMAGES = join(ROOT, 'models/demo/scenes/project');

/** Shown when numbers differ: the checkpoint and its goldens belong together. */
export const REGENERATE = 'if the checkpoint changed, regenerate the goldens (test/golden/demo/README.md)';

const tensorSchema = z
  .object({ shape: z.array(z.number().int()), float32_base64: z.string() })
  .transform(({ shape, float32_base64 }) => {
    const bytes = Uint8Array.from(Buffer.from(float32_base64, 'base64'));
    return { shape, data: new Float32Array(bytes.buffer) };
  });
export type GoldenTensor = z.infer<typeof tensorSchema>;

const floats = z.array(z.number()).transform((values) => Float32Array.from(values));

const caseSchema = z.object({
  question_id: z.string(),
  image: z.string(),
  text: z.string(),
  input_ids: z.array(z.number().int()),
  last_prompt_position: z.number().int(),
  visual_positions: z.tuple([z.number().int(), z.number().int()]),
  visual_features: z.object({ norm: z.number(), cell_0: floats, cell_137: floats }),
  logits_last_prompt: floats,
  answer_ids: z.array(z.number().int()),
  hidden_states_k: z.object({
    k: z.number().int(),
    positions: z.array(z.number().int()),
    values: tensorSchema,
  }),
  rpn_logits: floats,
  attention_last_prompt: tensorSchema.optional(),
  attention_answer_rows: tensorSchema.optional(),
});
export type GoldenCase = z.infer<typeof caseSchema>;

export function goldenCases(): GoldenCase[] {
  return z
    .array(caseSchema)
    .min(1)
    .parse(JSON.parse(readFileSync(join(ROOT, 'test/golden/demo/cases.json'), 'utf8')));
}
