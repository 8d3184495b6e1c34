/**
 * DocVQA and InfographicVQA (https://rrc.cvc.uab.es/?ch=17: `val_v1.0_withQT.json`, `infographicsVQA_val_v1.0_withQT.json`, each
 * with its rows under `data`). DocVQA names the picture `documents/….png` in `image`, InfographicVQA in `image_local_name`.
 * The Parquet of lmms-lab/DocVQA has the same columns with the picture in `image`.
 */
import { z } from 'zod';
import { idText, nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import type { Fields } from '../../rows/types.ts';
import { benchmarkForm } from './benchmark.ts';
import { answerList, textField } from './fields.ts';

const schema = z.object({
  questionId: idText,
  question: textField,
  answers: answerList,
  data_split: nameText,
});

const INFOGRAPHIC = ['image_local_name', 'image_url', 'ocr_output_file', 'operation/reasoning'];

export const docvqa = benchmarkForm({
  name: 'docvqa',
  words: 'a question of DocVQA or InfographicVQA',
  fits: (fields) =>
    'questionId' in fields && 'question' in fields && ('docId' in fields || isInfographic(fields)),
  schema,
  known: [
    ...['questionId', 'question', 'answers', 'image', 'data_split', 'question_types', 'docId'],
    ...['ucsf_document_id', 'ucsf_document_page_no', 'answer_type', 'evidence', 'ocr', ...INFOGRAPHIC],
  ],
  read: (row, fields) => ({
    id: row.questionId,
    picture: pictureOf({ image: fields['image'] ?? fields['image_local_name'] }),
    question: row.question,
    field: 'question',
    answers: row.answers,
    // The publisher's first one: others are the same answer written otherwise.
    answer: row.answers[0] ?? null,
    split: row.data_split,
    benchmark: isInfographic(fields) ? 'infovqa' : 'docvqa',
  }),
});

function isInfographic(fields: Fields): boolean {
  return INFOGRAPHIC.some((name) => name in fields);
}
