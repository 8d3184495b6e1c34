/**
 * Q-Zoom's training data of the gate (METHOD §8): `id, image, prompt, text` and the answers at several budgets of visual tokens
 * (`res`, `ms_answers`), which are a gate's and not read. `text` is the true answer.
 */
import { z } from 'zod';
import { answerText, idText } from '../rows/fields.ts';
import { pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { checked } from '../rows/row-error.ts';
import { idOf, otherFields } from '../rows/row-fields.ts';
import type { RowReader } from '../rows/types.ts';
import type { Form } from './form.ts';

const schema = z.object({ id: idText.nullish(), text: answerText });

const KNOWN = new Set(['id', 'image', 'images', 'prompt', 'text', 'res', 'ms_answers']);

export const gate: Form = {
  name: 'gate',
  words: 'a question with answers at several budgets (Q-Zoom’s gate)',
  fits: (fields) => 'ms_answers' in fields,
  begin: () => gateRow,
};

const gateRow: RowReader = ({ fields, madeId }) => {
  const row = checked(fields, schema);
  const found = pictureOf(fields);
  const asked = plainQuestion(fields['prompt'], 'prompt');
  const id = idOf(row.id, madeId);
  const record = {
    externalId: id.id,
    picture: found.picture,
    question: asked.question,
    referenceAnswer: row.text,
    language: null,
    split: null,
    tags: [],
    truthBoxes: [],
  };
  const answers = {
    message: 'its answers at several budgets (res, ms_answers) are for a gate and were not taken over',
    value: null,
    next: null,
  };
  return [
    {
      ok: true,
      record,
      notes: [...id.notes, ...found.notes, ...asked.notes, answers, ...otherFields(fields, KNOWN)],
    },
  ];
};
