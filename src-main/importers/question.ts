/**
 * Question JSONL, LLaVA's evaluation form: `question_id, image, text`, and what Fovea adds to it: `answer` (the truth),
 * `language`, `split`, `tags`, `boxes` (truth boxes in source pixels). Other fields are ignored.
 */
import { z } from 'zod';
import {
  answerText,
  filledText,
  idText,
  imagePath,
  optionalText,
  truthBoxes,
  withoutImageMark,
} from './fields.ts';
import { readRecords } from './records.ts';
import type { Importer, ImportRecord } from './types.ts';

export const questionSchema = z
  .object({
    question_id: idText,
    image: imagePath,
    text: filledText.transform(withoutImageMark).pipe(filledText),
    answer: answerText,
    language: optionalText,
    split: optionalText,
    tags: z.array(z.string().trim().min(1)).nullish(),
    boxes: truthBoxes,
  })
  .transform((row): ImportRecord => ({
    externalId: row.question_id,
    imagePath: row.image,
    question: row.text,
    referenceAnswer: row.answer,
    language: row.language,
    split: row.split,
    tags: row.tags ?? [],
    truthBoxes: row.boxes,
  }));

export const questionJsonl: Importer = {
  format: 'question-jsonl',
  read: (file) => readRecords(file, 'lines', questionSchema),
};
