/**
 * TextVQA 0.5.1 (`TextVQA_0.5.1_val.json`, https://textvqa.org/dataset: `data` of rows with ten `answers`; pictures are
 * {image_id}.jpg), also as the Parquet of lmms-lab/textvqa, whose rows have the picture. The question stays as it is
 * written; lmms-eval writes it with one capital in its prompt.
 */
import { z } from 'zod';
import { idText, nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { benchmarkForm, hasAll } from './benchmark.ts';
import { answerList, textField } from './fields.ts';

const schema = z.object({
  question_id: idText,
  question: textField,
  image_id: idText,
  answers: answerList,
  set_name: nameText,
});

export const textvqa = benchmarkForm({
  name: 'textvqa',
  words: 'a question of TextVQA',
  fits: (fields) =>
    hasAll(fields, 'question_id', 'question', 'image_id') &&
    ('flickr_original_url' in fields || 'image_classes' in fields),
  schema,
  known: [
    ...[
      'question_id',
      'question',
      'image_id',
      'image',
      'answers',
      'set_name',
      'image_classes',
      'image_width',
      'image_height',
    ],
    ...['flickr_original_url', 'flickr_300k_url', 'question_tokens', 'ocr_tokens'],
  ],
  read: (row, fields) => ({
    id: row.question_id,
    picture: pictureOf({ image: fields['image'] ?? `${row.image_id}.jpg` }),
    question: row.question,
    field: 'question',
    answers: row.answers,
    split: row.set_name,
  }),
});
