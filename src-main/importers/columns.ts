/**
 * Columns of tables under names of their own: which of them are the fields that forms read. What is known by name is
 * guessed and shown; a person's choice has the say.
 */
import { COLUMN_FIELDS, type ColumnField, type ColumnChoice } from '../../src-shared/contract/procedures.ts';
import type { Fields } from './rows/types.ts';
import { parseText } from './rows/parse.ts';

/** Names that data sets give to a field, without case and marks between words; the first that is there is taken. */
const NAMES: Readonly<Record<ColumnField, readonly string[]>> = {
  id: ['id', 'questionid', 'qid', 'uid', 'sampleid', 'index', 'idx'],
  image: [
    'image',
    'images',
    'imagepath',
    'img',
    'imgpath',
    'imagefile',
    'filename',
    'imagename',
    'picture',
    'path',
  ],
  question: ['question', 'text', 'prompt', 'query', 'instruction', 'problem'],
  answer: ['answer', 'groundtruth', 'gt', 'gtanswer', 'target', 'label', 'response', 'output', 'solution'],
  language: ['language', 'lang'],
  split: ['split'],
  tags: ['tags'],
  boxes: ['boxes', 'bbox', 'bboxes', 'box'],
  conversations: ['conversations', 'conversation'],
  messages: ['messages'],
};
/** Other names that forms read as they are. */
const READ: Readonly<Partial<Record<ColumnField, readonly string[]>>> = {
  id: ['question_id', 'uid'],
  image: ['images'],
  question: ['text'],
};
/** Fields whose values are lists: in a table, as JSON. */
const LISTS: ReadonlySet<string> = new Set(['tags', 'boxes', 'conversations', 'messages', 'images']);

/**
 * A guess for columns of these names: the field of each, or null where it keeps its name.
 * @param pictures those that the file itself says hold pictures
 * @param known whether rows of such columns are of some form as they are; then nothing is renamed
 */
export function guessColumns(
  columns: readonly string[],
  pictures: readonly string[],
  known: boolean,
): ColumnChoice {
  if (known) return {};
  const plain = new Map(columns.map((name) => [name.toLowerCase().replace(/[^a-z0-9]/g, ''), name]));
  const choice: Record<string, ColumnField> = {};
  if (pictures.length === 1 && !columns.includes('image')) choice[pictures[0]!] = 'image';
  for (const field of COLUMN_FIELDS) {
    if (Object.values(choice).includes(field)) continue;
    if ([field, ...(READ[field] ?? [])].some((name) => columns.includes(name))) continue;
    const name = NAMES[field]
      .map((one) => plain.get(one))
      .find((one) => one !== undefined && !(one in choice));
    if (name !== undefined) choice[name] = field;
  }
  return choice;
}

/** Fields under the names that forms read, by a choice. `''` leaves a column out. */
export function renamed(fields: Fields, choice: ColumnChoice): Fields {
  if (Object.keys(choice).length === 0) return fields;
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = Object.hasOwn(choice, name) ? choice[name] : name;
    if (field !== '' && field !== undefined) own[field] = value;
  }
  return own;
}

/** Texts that stand for lists, as lists: cells of a table hold text alone. A text that is no JSON is a list of itself. */
export function listsOf(fields: Fields): Fields {
  const own: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(fields)) {
    if (!LISTS.has(name) || typeof value !== 'string') continue;
    const parsed = /^\s*\[/.test(value) ? parseText(value) : null;
    if (parsed?.ok) own[name] = parsed.value;
    else if (name === 'tags') own[name] = [value];
  }
  return own;
}
