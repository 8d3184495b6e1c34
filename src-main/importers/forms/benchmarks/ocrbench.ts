/**
 * OCRBench (github.com/Yuliang-Liu/MultimodalOCR OCRBench/OCRBench.json: a list of `dataset_name`, `type`, `id`, `image_path`,
 * `question`, `answers`), also as echo840/OCRBench, whose rows have `dataset`, `question_type`, `answer` and the picture.
 */
import { z } from 'zod';
import { nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { answerList, optionalId, textField } from './fields.ts';

/** Some rows have one answer, not in a list. */
const answers = z.union([z.union([z.string(), z.number()]).transform((one) => [String(one)]), answerList]);

const schema = z.object({
  id: optionalId,
  question: textField,
  answers: answers.optional(),
  answer: answers.optional(),
  dataset_name: nameText,
  dataset: nameText,
  type: nameText,
  question_type: nameText,
});

export const ocrbench = benchmarkForm({
  name: 'ocrbench',
  words: 'a question of OCRBench',
  fits: (fields) =>
    hasAll(fields, 'dataset_name', 'image_path', 'question', 'answers') ||
    hasAll(fields, 'dataset', 'question_type', 'question', 'answer', 'image'),
  schema,
  known: [
    ...['id', 'image_path', 'image', 'question', 'answers', 'answer', 'dataset_name', 'dataset', 'type'],
    'question_type',
  ],
  read: (row, fields) => ({
    id: row.id,
    picture: pictureOf({ image: fields['image'] ?? fields['image_path'] }),
    question: row.question,
    field: 'question',
    answers: row.answers ?? row.answer ?? [],
    answer: (row.answers ?? row.answer ?? [])[0] ?? null,
    tags: [
      named('dataset', row.dataset_name ?? row.dataset),
      named('question_type', row.type ?? row.question_type),
    ],
  }),
});
