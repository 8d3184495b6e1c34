/**
 * VQA v2 and OK-VQA. Questions and annotations are two files (https://visualqa.org/download.html, "Data format"; loader:
 * github.com/GT-Vision-Lab/VQA PythonHelperTools/vqaTools/vqa.py), joined by `question_id` (`beside/vqa.ts`); pictures are
 * called COCO_{data_subtype}_{image_id, 12 digits}.jpg. OK-VQA has the same files and a `raw_answer` beside each answer. The
 * Parquet of lmms-lab/VQAv2 and lmms-lab/OK-VQA has question, answers and picture in one row.
 */
import { z } from 'zod';
import { idText, nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { shown } from '../../rows/reasons.ts';
import { RowError } from '../../rows/row-error.ts';
import type { Fields } from '../../rows/types.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { optionalId, optionalText, textField, vqaAnswers } from './fields.ts';

const schema = z.object({
  question_id: idText,
  question: textField,
  image_id: optionalId,
  data_subtype: nameText,
  answers: vqaAnswers,
  multiple_choice_answer: optionalText,
  answer_type: nameText,
});

/** COCO's pictures of 2014 and 2015; the files of test-dev are those of test. */
const SUBTYPE = /^(train|val|test)(?:-dev)?(201[45])$/;

export const vqa = benchmarkForm({
  name: 'vqav2',
  words: 'a question of VQA v2 or OK-VQA',
  fits: (fields) =>
    hasAll(fields, 'question_id', 'question') &&
    (hasAll(fields, 'image_id', 'data_subtype') ||
      hasAll(fields, 'image_id', 'multiple_choice_answer') ||
      hasAll(fields, 'image', 'answers', 'question_type', 'answer_type')),
  schema,
  known: [
    ...['question_id', 'question', 'image_id', 'image', 'data_subtype', 'answers', 'multiple_choice_answer'],
    ...['answer_type', 'question_type', 'confidence'],
  ],
  read: (row, fields) => ({
    id: row.question_id,
    picture: pictureOf({ image: fields['image'] ?? cocoName(row.data_subtype, row.image_id) }),
    question: row.question,
    field: 'question',
    answers: row.answers.map(({ answer }) => answer),
    ...(row.multiple_choice_answer !== null && { answer: row.multiple_choice_answer }),
    split: row.data_subtype,
    tags: [named('answer_type', row.answer_type)],
    benchmark: isOkvqa(row, fields) ? 'okvqa' : 'vqav2',
  }),
});

function isOkvqa({ answers }: z.output<typeof schema>, fields: Fields): boolean {
  return answers.some((answer) => answer.raw_answer !== undefined) || !('image_id' in fields);
}

function cocoName(subtype: string | null, imageId: string | null): string {
  const [, part, year] = SUBTYPE.exec(subtype ?? '') ?? [];
  if (part === undefined || imageId === null || !/^\d{1,12}$/.test(imageId)) {
    throw new RowError(
      'image_id and data_subtype do not say which picture of COCO it is',
      shown([subtype, imageId]),
    );
  }
  return `COCO_${part}${year}_${imageId.padStart(12, '0')}.jpg`;
}
