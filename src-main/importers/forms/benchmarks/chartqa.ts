/**
 * ChartQA (github.com/vis-nlp/ChartQA `ChartQA Dataset/test/test_human.json`: a list of `imgname`, `query`, `label`; pictures in
 * `png/`), also as lmms-lab/ChartQA, whose rows have `type`, `question`, `answer` and the picture.
 */
import { z } from 'zod';
import { nameText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import { benchmarkForm, hasAll, named } from './benchmark.ts';
import { optionalText, textField } from './fields.ts';

const schema = z.object({
  query: textField.optional(),
  question: textField.optional(),
  label: optionalText,
  answer: optionalText,
  type: nameText,
});

export const chartqa = benchmarkForm({
  name: 'chartqa',
  words: 'a question of ChartQA',
  fits: (fields) =>
    hasAll(fields, 'imgname', 'query', 'label') ||
    (hasAll(fields, 'type', 'question', 'answer', 'image') &&
      /^(human|augmented)(_test|_val|_train)?$/.test(String(fields['type'] ?? ''))),
  schema,
  known: ['imgname', 'image', 'query', 'question', 'label', 'answer', 'type'],
  read: (row, fields) => {
    const answer = row.label ?? row.answer;
    return {
      id: null,
      picture: pictureOf({ image: fields['image'] ?? fields['imgname'] }),
      question: row.query ?? row.question ?? '',
      field: row.query === undefined ? 'question' : 'query',
      answers: answer === null ? [] : [answer],
      tags: [named('type', row.type)],
    };
  },
});
