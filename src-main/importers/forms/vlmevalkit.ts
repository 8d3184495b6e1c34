/**
 * Rows of VLMEvalKit's tables (`index, image, question, answer[, hint, A, B, …, category, l2-category, split]`), read as its
 * `ImageBaseDataset` and `ImageMCQDataset` read them (vlmeval/dataset/image_base.py and image_mcq.py): a picture is base64
 * or, of 64 characters at most, the index of another row whose picture it is; options become part of the question in the
 * words of its prompt. Without options the question is asked as it stands. Rows of several pictures are refused.
 */
import { z } from 'zod';
import { PICTURE_MARK } from '../../../src-shared/contract/picture-mark.ts';
import { cornersOf } from '../rows/boxes.ts';
import { pictureOfBase64 } from '../rows/embedded.ts';
import { addedFields, answerText, idText, nameText } from '../rows/fields.ts';
import { type FoundPicture, namedPicture, pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { shown, type RowReason } from '../rows/reasons.ts';
import { checked, RowError } from '../rows/row-error.ts';
import { otherFields } from '../rows/row-fields.ts';
import type { Fields, RowReader } from '../rows/types.ts';
import type { Form } from './form.ts';

/** Shorter ones are the index of another row (image_base.py). */
const REFERENCE_MOST = 64;
/** Rows whose picture others may refer to, some 150 MB of memory. */
const REMEMBERED = 1_000_000;
const PICTURE_NAME = /\.(jpe?g|png|webp|gif|tiff?|avif|bmp)$/i;
const OPTION = /^[A-Z]$/;
const KNOWN = new Set([
  ...['index', 'image', 'image_path', 'question', 'hint', 'answer', 'category', 'l2-category', 'split'],
  ...['language', 'tags', 'boxes'],
]);
/** What pandas reads as missing, and VLMEvalKit then leaves out (pandas.read_csv, na_values); an empty cell is null here. */
const MISSING_TO_PANDAS = new Set(
  '#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'.split(
    ',',
  ),
);

const schema = z.object({
  index: idText,
  answer: answerText,
  category: nameText,
  'l2-category': nameText,
  ...addedFields,
});

export const vlmevalkit: Form = {
  name: 'vlmevalkit',
  words: 'a row of VLMEvalKit',
  fits: (fields) =>
    'index' in fields && 'question' in fields && ('image' in fields || 'image_path' in fields),
  begin: () => reader(new Map()),
};

/** @param pictures fingerprints of the pictures of earlier rows, by their index */
function reader(pictures: Map<string, string>): RowReader {
  return ({ fields, options }) => {
    const row = checked(fields, schema);
    const found = pictureOfRow(fields, pictures);
    if (found.picture.in === 'file' && found.picture.bytes !== null) {
      if (pictures.size >= REMEMBERED) pictures.clear();
      pictures.set(row.index, found.picture.sha256);
    }
    const asked = questionOf(fields);
    const record = {
      externalId: row.index,
      picture: found.picture,
      question: asked.question,
      referenceAnswer: row.answer,
      language: row.language,
      split: row.split,
      tags: [...named('category', row.category), ...named('l2-category', row['l2-category']), ...row.tags],
      truthBoxes: cornersOf(row.boxes, options.boxes),
    };
    const others = Object.fromEntries(Object.entries(fields).filter(([name]) => !OPTION.test(name)));
    return [{ ok: true, record, notes: [...found.notes, ...asked.notes, ...otherFields(others, KNOWN)] }];
  };
}

function pictureOfRow(fields: Fields, pictures: ReadonlyMap<string, string>): FoundPicture {
  const image = fields['image'] ?? fields['image_path'];
  if (typeof image !== 'string') return pictureOf({ image });
  if (/^\s*\[/.test(image)) {
    const next = 'Fovea asks about one picture at a time: leave the row out';
    throw new RowError('image: a list of pictures', shown(image), next);
  }
  if (/^data:/i.test(image) || fields['image'] === undefined || fields['image'] === null)
    return namedPicture(image);
  if (image.length > REFERENCE_MOST) return { picture: pictureOfBase64(image), notes: [] };
  const sha256 = pictures.get(image);
  if (sha256 !== undefined) return { picture: { in: 'file', sha256, bytes: null }, notes: [] };
  if (PICTURE_NAME.test(image)) return namedPicture(image);
  throw new RowError(
    'image: it refers to another row, and no row before it has that index and a picture',
    shown(image),
    'Put the row that has the picture before those that refer to it',
  );
}

function questionOf(fields: Fields): { readonly question: string; readonly notes: readonly RowReason[] } {
  const asked = plainQuestion(markedAs(fields['question']), 'question');
  const options = Object.entries(fields)
    .filter(([name, value]) => OPTION.test(name) && value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, textOf(name, value)] as const);
  if (options.length === 0) return asked;
  const hint = fields['hint'];
  const lines = [
    ...(hint === null || hint === undefined ? [] : [`Hint: ${textOf('hint', hint)}`]),
    `Question: ${asked.question}`,
    'Options:',
    ...options.map(([name, text]) => `${name}. ${text}`),
    'Please select the correct answer from the options above. ',
  ];
  const { question, notes } = plainQuestion(`${lines.join('\n')}\n`, 'question');
  const missing = options.filter(([, text]) => MISSING_TO_PANDAS.has(text));
  const kept = missing.map(([name, text]) => ({ ...KEPT, value: `${name}. ${text}` }));
  return { question, notes: [...asked.notes, ...notes, ...kept] };
}

const KEPT: Omit<RowReason, 'value'> = {
  message: 'an option that VLMEvalKit leaves out, because pandas reads it as missing, was kept',
  next: null,
};

/** MMMU marks its pictures by number; a single one is marked as anywhere else. */
function markedAs(question: unknown): unknown {
  if (typeof question !== 'string') return question;
  if (/<image [2-9]\d*>/.test(question)) {
    const next = 'Fovea asks about one picture at a time: leave the row out';
    throw new RowError('question: it is about several pictures', shown(question), next);
  }
  return question.replaceAll('<image 1>', PICTURE_MARK);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new RowError(`${name}: expected a text`, shown(value));
}

function named(kind: string, name: string | null): string[] {
  return name === null ? [] : [`${kind}:${name}`];
}
