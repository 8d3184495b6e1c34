/**
 * V*Bench (huggingface.co/datasets/craigwu/vstar_bench: `test_questions.jsonl`, with pictures in `direct_attributes/` and
 * `relative_position/`). Beside each picture lies a JSON file whose `bbox` are the objects asked about, as x, y, width and
 * height in pixels (github.com/penghao-wu/vstar vstar_bench_eval.py, normalize_bbox); with their folder given
 * (`beside/vstar.ts`) they are truth boxes.
 */
import { z } from 'zod';
import { nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { vstarQuestion } from './choice.ts';
import { optionalId, textField } from './fields.ts';

const four = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const schema = z.object({
  question_id: optionalId,
  text: textField,
  label: z
    .string()
    .regex(/^\s*[A-Da-d]\s*$/, 'expected a letter from A to D')
    .nullish()
    .transform((letter) => letter?.trim().toUpperCase() ?? null),
  category: nameText,
  bbox: z
    .array(four)
    .max(1000)
    .nullish()
    .transform((boxes) => boxes ?? []),
});

export const vstar = benchmarkForm({
  name: 'vstar',
  words: 'a question of V*Bench',
  fits: (fields) => hasAll(fields, 'text', 'label', 'category', 'image'),
  schema,
  known: ['question_id', 'image', 'text', 'label', 'category', 'bbox', 'target_object'],
  read: (row, fields) => {
    const { question, options } = vstarQuestion(row.text);
    return {
      id: row.question_id,
      picture: pictureOf(fields),
      question,
      field: 'text',
      answers: row.label === null ? [] : [row.label],
      options,
      tags: [named('category', row.category)],
      boxes: { of: row.bbox, form: 'xywh' },
    };
  },
});
