/**
 * HR-Bench (huggingface.co/datasets/DreamMr/HR-Bench: `hr_bench_4k.tsv`, `hr_bench_8k.tsv`): tables with the picture as base64 and
 * each question four times, its options turned by one place (`cycle_category`). Told from VLMEvalKit's tables by that column.
 */
import { z } from 'zod';
import { idText, nameText } from '../../rows/fields.ts';
import { pictureOfBase64 } from '../../rows/embedded.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { hrbenchQuestion } from './choice.ts';
import { textField } from './fields.ts';

const option = z.union([z.string(), z.number()]).transform(String);

const schema = z.object({
  index: idText,
  image: z.string(),
  question: textField,
  A: option,
  B: option,
  C: option,
  D: option,
  answer: z.string().regex(/^\s*[A-D]\s*$/, 'expected a letter from A to D'),
  category: nameText,
  cycle_category: nameText,
});

export const hrbench = benchmarkForm({
  name: 'hrbench',
  words: 'a question of HR-Bench',
  fits: (fields) => hasAll(fields, 'index', 'image', 'question', 'A', 'B', 'C', 'D', 'cycle_category'),
  schema,
  known: ['index', 'image', 'question', 'A', 'B', 'C', 'D', 'answer', 'category', 'cycle_category'],
  read: (row) => {
    const options = [row.A, row.B, row.C, row.D];
    return {
      id: row.index,
      picture: { picture: pictureOfBase64(row.image), notes: [] },
      question: hrbenchQuestion(row.question, options),
      field: 'question',
      answers: [row.answer.trim()],
      options,
      tags: [named('category', row.category), named('cycle', row.cycle_category)],
    };
  },
});
