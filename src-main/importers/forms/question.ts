/**
 * Question rows: LLaVA's evaluation form (`question_id, image, text`) and Q-Zoom's (METHOD §7: `uid, dataset, mode` beside
 * it), with what Fovea adds to both: `answer` (the truth), `language`, `split`, `tags`, `boxes` (truth boxes). `id` and
 * `question` stand for `question_id` and `text` where those are not there. Of Q-Zoom, `uid` is the id; data set and mode
 * become the tags `dataset:…` and `mode:…`; `short_prompt` and `max_new_tokens` say how the authors ran it.
 */
import { z } from 'zod';
import { cornersOf } from '../rows/boxes.ts';
import { addedFields, answerText, idText, nameText } from '../rows/fields.ts';
import { idOf, otherFields } from '../rows/row-fields.ts';
import { pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { shown } from '../rows/reasons.ts';
import { checked, RowError } from '../rows/row-error.ts';
import type { Form } from './form.ts';
import type { RowReader } from '../rows/types.ts';

const schema = z.object({
  uid: idText.nullish(),
  question_id: idText.nullish(),
  id: idText.nullish(),
  answer: answerText,
  dataset: nameText,
  mode: nameText,
  ...addedFields,
});

const KNOWN = new Set([
  ...['uid', 'question_id', 'id', 'image', 'images', 'text', 'question', 'answer', 'dataset', 'mode'],
  ...['short_prompt', 'max_new_tokens', 'language', 'split', 'tags', 'boxes'],
]);

/** Rows with `text` or `question`; what else is meant for one and lacks them, is told so. */
export const question: Form = {
  name: 'question',
  words: 'a question (LLaVA, Q-Zoom)',
  fits: (fields) => ['text', 'question', 'question_id', 'uid'].some((name) => name in fields),
  begin: () => questionRow,
};

const questionRow: RowReader = ({ fields, madeId, options }) => {
  const row = checked(fields, schema);
  const found = pictureOf(fields);
  const field = 'text' in fields || !('question' in fields) ? 'text' : 'question';
  if ('text' in fields && 'question' in fields && fields['text'] !== fields['question']) {
    throw new RowError('text and question differ, and only one can be asked', shown(fields['question']));
  }
  const asked = plainQuestion(fields[field], field);
  const id = idOf(row.uid ?? row.question_id ?? row.id, madeId);
  const ofQzoom =
    row.uid === null || row.uid === undefined ? [] : [named('dataset', row.dataset), named('mode', row.mode)];
  const record = {
    externalId: id.id,
    picture: found.picture,
    question: asked.question,
    referenceAnswer: row.answer,
    language: row.language,
    split: row.split,
    tags: [...ofQzoom.flat(), ...row.tags],
    truthBoxes: cornersOf(row.boxes, options.boxes),
  };
  return [
    { ok: true, record, notes: [...id.notes, ...found.notes, ...asked.notes, ...otherFields(fields, KNOWN)] },
  ];
};

function named(kind: string, name: string | null): string[] {
  return name === null ? [] : [`${kind}:${name}`];
}
