/**
 * Q-Zoom JSONL (METHOD §7): `uid, question_id, dataset, image, text, mode, short_prompt, max_new_tokens`. `uid` is the
 * id; data set and mode become the tags `dataset:…` and `mode:…`; the last two say how the authors ran it and are
 * settings of a run here, not of a question.
 */
import { z } from 'zod';
import { answerText, filledText, idText, imagePath, optionalText, withoutImageMark } from './fields.ts';
import { readRecords } from './records.ts';
import type { Importer, ImportRecord } from './types.ts';

export const qzoomSchema = z
  .object({
    uid: idText,
    dataset: optionalText,
    image: imagePath,
    text: filledText.transform(withoutImageMark).pipe(filledText),
    mode: optionalText,
    answer: answerText,
  })
  .transform((row): ImportRecord => ({
    externalId: row.uid,
    imagePath: row.image,
    question: row.text,
    referenceAnswer: row.answer,
    language: null,
    split: null,
    tags: [row.dataset && `dataset:${row.dataset}`, row.mode && `mode:${row.mode}`].filter(
      (tag) => !!tag,
    ) as string[],
    truthBoxes: [],
  }));

export const qzoomJsonl: Importer = {
  format: 'qzoom-jsonl',
  read: (file) => readRecords(file, 'lines', qzoomSchema),
};
