/**
 * LLaVA's training JSON: a list (or lines) of `{id, image, conversations: [{from: human|gpt, value}]}`. As in the
 * reference, the first turn counts: its question less the `<image>` mark, and its answer as the truth.
 */
import { z } from 'zod';
import { filledText, idText, imagePath, withoutImageMark } from './fields.ts';
import { readRecords } from './records.ts';
import type { Importer, ImportRecord } from './types.ts';

const turn = z.object({ from: z.string(), value: z.string() });

export const llavaSchema = z
  .object({
    id: idText,
    image: imagePath,
    conversations: z
      .array(turn)
      .min(1, 'expected a conversation')
      .refine((turns) => turns[0]?.from === 'human', 'expected the first turn to be from human'),
  })
  .transform((row) => ({ ...row, question: withoutImageMark(row.conversations[0]?.value ?? '') }))
  .refine((row) => filledText.safeParse(row.question).success, {
    message: 'expected some text',
    path: ['conversations', 0, 'value'],
  })
  .transform((row): ImportRecord => {
    const reply = row.conversations[1];
    return {
      externalId: row.id,
      imagePath: row.image,
      question: row.question,
      referenceAnswer: reply?.from === 'gpt' && reply.value !== '' ? reply.value : null,
      language: null,
      split: null,
      tags: [],
      truthBoxes: [],
    };
  });

/** The list form. */
export const llavaJson: Importer = {
  format: 'llava-json',
  read: (file) => readRecords(file, 'array', llavaSchema),
};

/** The same objects, one per line. */
export const llavaJsonl: Importer = {
  format: 'llava-json',
  read: (file) => readRecords(file, 'lines', llavaSchema),
};
