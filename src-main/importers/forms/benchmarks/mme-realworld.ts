/**
 * MME-RealWorld and MME-RealWorld-Lite (huggingface.co/datasets/yifanzhang114/MME-RealWorld-Lite: `data/MME-RealWorld-Lite.json`, a
 * list; pictures in `data/imgs`), also as the Parquet that lmms-eval reads (yifanzhang114/MME-RealWorld-Lmms-eval and its -CN, -lite),
 * whose pictures are base64 in a column of text named `bytes`. Options come with their letters, `(A) …`.
 */
import { z } from 'zod';
import { pictureOfBase64 } from '../../rows/embedded.ts';
import { idText, nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { mmeQuestion } from './choice.ts';
import { optionList, textField } from './fields.ts';

const schema = z.object({
  Question_id: idText,
  Image: z.string(),
  Text: textField,
  'Answer choices': optionList,
  'Ground truth': z.string().regex(/^\s*[A-E]\s*$/, 'expected a letter from A to E'),
  Category: nameText,
  Subtask: nameText,
  Task: nameText,
});

export const mmeRealworld = benchmarkForm({
  name: 'mme-realworld',
  words: 'a question of MME-RealWorld',
  fits: (fields) => hasAll(fields, 'Question_id', 'Image', 'Text', 'Answer choices', 'Ground truth'),
  schema,
  known: [
    ...[
      'Question_id',
      'Image',
      'Text',
      'Question Type',
      'Answer choices',
      'Ground truth',
      'Category',
      'Subtask',
    ],
    'Task',
  ],
  read: (row) => ({
    id: row.Question_id,
    picture: pictureOf({ image: row.Image }),
    question: mmeQuestion(row.Text, row['Answer choices']),
    field: 'Text',
    answers: [row['Ground truth'].trim()],
    options: row['Answer choices'].map((option) => option.replace(/^\s*\([A-E]\)\s*/, '')),
    tags: [named('category', row.Category), named('subtask', row.Subtask), named('task', row.Task)],
  }),
});

const tableSchema = z.object({
  index: idText,
  bytes: z.string(),
  question: textField,
  'multi-choice options': optionList,
  answer: z.string().regex(/^\s*[A-E]\s*$/, 'expected a letter from A to E'),
  category: nameText,
  'l2-category': nameText,
});

export const mmeRealworldTable = benchmarkForm({
  name: 'mme-realworld',
  words: 'a question of MME-RealWorld',
  fits: (fields) => hasAll(fields, 'index', 'bytes', 'question', 'multi-choice options', 'answer'),
  schema: tableSchema,
  known: ['index', 'bytes', 'path', 'question', 'multi-choice options', 'answer', 'category', 'l2-category'],
  read: (row) => ({
    id: row.index,
    picture: { picture: pictureOfBase64(row.bytes), notes: [] },
    question: mmeQuestion(row.question, row['multi-choice options']),
    field: 'question',
    answers: [row.answer.trim()],
    options: row['multi-choice options'].map((option) => option.replace(/^\s*\([A-E]\)\s*/, '')),
    tags: [named('category', row.category), named('l2-category', row['l2-category'])],
  }),
});
