/** Which prompt the predictions of a run were made with, beside the one its model is asked with today. */
import { z } from 'zod';

export const runPromptsSchema = z.array(
  z.object({
    runId: z.number().int().positive(),
    /** `vicuna_v1`, `chat_template`, `teacher_textual`, `teacher_natural`; null: the run did not note it. */
    kind: z.string().nullable(),
    /**
     * `other`: not the prompt that its model is asked with today. `unrecorded`: an older version made it and the folder is
     * no longer the same, so nobody knows. `unchecked`: the folder cannot be read.
     */
    state: z.enum(['same', 'other', 'unrecorded', 'unchecked']),
    /** Samples that show its prediction, and how many of them somebody decided on. */
    shown: z.number().int(),
    decided: z.number().int(),
  }),
);
export type RunPrompts = z.infer<typeof runPromptsSchema>;
