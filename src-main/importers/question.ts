/**
 * Question rows: LLaVA's evaluation form (`question_id, image, text`) and Q-Zoom's (METHOD §7: `uid, dataset, mode` beside
 * it), with what Fovea adds to both: `answer` (the truth), `language`, `split`, `tags`, `boxes` (truth boxes). `id` and
 * `question` stand for `question_id` and `text` where those are not there. Of Q-Zoom, `uid` is the id; data set and mode
 * become the tags `dataset:…` and `mode:…`; `short_prompt` and `max_new_tokens` say how the authors ran it.
 */
import { z } from 'zod';
import { cornersOf } from './boxes.ts';
import { addedFields, answerText, idText, nameText } from './fields.ts';
import { idOf, otherFields } from './row-fields.ts';
import { pictureOf } from './picture-path.ts';
import { plainQuestion } from './question-text.ts';
import { shown } from './reasons.ts';
import { checked, RowError } from './row-error.ts';
import type { RowReader } from './types.ts';

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

/** Rows with `text` or `question`. */
export const questionRow: RowReader = ({ fields, madeId, options }) => {
  const row = checked(fields, schema);
  const picture = pictureOf(fields);
  const field = 'text' in fields || !('question' in fields) ? 'text' : 'question';
  if ('text' in fields && 'question' in fields && fields['text'] !== fields['question']) {
    throw new RowError('text and question differ, and only one can be asked', shown(fields['question']));
  }
  const { question, notes } = plainQuestion(fields[field], field);
  const id = idOf(row.uid ?? row.question_id ?? row.id, madeId);
  const ofQzoom =
    row.uid === null || row.uid === undefined ? [] : [named('dataset', row.dataset), named('mode', row.mode)];
  const record = {
    externalId: id.id,
    imagePath: picture.path,
    question,
    referenceAnswer: row.answer,
    language: row.language,
    split: row.split,
    tags: [...ofQzoom.flat(), ...row.tags],
    truthBoxes: cornersOf(row.boxes, options.boxes),
  };
  return [
    { ok: true, record, notes: [...id.notes, ...picture.notes, ...notes, ...otherFields(fields, KNOWN)] },
  ];
};

function named(kind: string, name: string | null): string[] {
  return name === null ? [] : [`${kind}:${name}`];
}
