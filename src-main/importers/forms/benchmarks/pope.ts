/**
 * POPE (github.com/RUCAIBox/POPE output/coco/coco_pope_random.json: one object a line of `question_id`, `image`, `text` and
 * `label`, yes or no), also as lmms-lab/POPE, whose rows have `question`, `answer`, `category` and `image_source`.
 */
import { z } from 'zod';
import { nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import type { Fields } from '../../rows/types.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { optionalId, textField } from './fields.ts';

const yesNo = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => text === 'yes' || text === 'no', 'expected yes or no')
  .nullish();

const schema = z.object({
  id: optionalId,
  question_id: optionalId,
  text: textField.optional(),
  question: textField.optional(),
  label: yesNo,
  answer: yesNo,
  category: nameText,
});

export const pope = benchmarkForm({
  name: 'pope',
  words: 'a question of POPE',
  fits: (fields) =>
    'image_source' in fields
      ? hasAll(fields, 'question', 'answer')
      : hasAll(fields, 'text', 'label', 'image') && isYesNo(fields),
  schema,
  known: ['id', 'question_id', 'image', 'text', 'question', 'label', 'answer', 'category', 'image_source'],
  read: (row, fields) => {
    const answer = row.label ?? row.answer ?? null;
    const field = row.text === undefined ? 'question' : 'text';
    return {
      // The Parquet counts each of its three lists from 1; `id` is unique.
      id: row.id ?? row.question_id,
      picture: pictureOf({ image: fields['image'] ?? `${String(fields['image_source'])}.jpg` }),
      question: (row.text ?? row.question ?? '').trim(),
      field,
      answers: answer === null ? [] : [answer],
      tags: [named('category', row.category)],
    };
  },
});

function isYesNo({ label }: Fields): boolean {
  return typeof label === 'string' ? /^\s*(yes|no)\s*$/i.test(label) : label === null;
}
