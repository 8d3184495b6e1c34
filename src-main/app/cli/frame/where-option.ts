/**
 * `--where`: which samples, said as the lists of the page filter them. A saved filter's name, or conditions that all hold, a
 * word each: `state=pending,corrected language=en tag=chart iou=0..0.5 text="two words"`. Several values of one are alternatives;
 * an empty one means "none given", as on the page.
 */
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import {
  measureSchema,
  NO_FILTER,
  sampleFilterSchema,
  type SampleFilter,
} from '../../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../../../store/db.ts';
import { listSavedFilters } from '../../../store/samples/saved-filter.ts';
import { usageError } from './command.ts';

export const WHERE_OPTION = [
  '--where <filter>',
  'only these samples: the name of a saved filter, or conditions as in "state=pending language=en,fr iou=0..0.5"',
] as const;

type Field = keyof SampleFilter;

/** What a condition is called → the filter's field. */
const LISTS: Readonly<Record<string, Field>> = {
  state: 'states',
  rule: 'dropRules',
  language: 'languages',
  split: 'splits',
  tag: 'tags',
  flag: 'flags',
  reason: 'reasons',
  outcome: 'outcomes',
  reviewer: 'reviewers',
  id: 'ids',
};
const CHOICES: Readonly<Record<string, Field>> = {
  dropped: 'dropped',
  notes: 'notes',
  labelling: 'labelling',
  agreement: 'agreement',
  localised: 'localised',
  pictures: 'pictures',
  'near-duplicates': 'nearDuplicates',
  text: 'text',
};
const NUMBERS: ReadonlySet<string> = new Set(measureSchema.options);

/** A condition: a word, `=`, and what stands up to the next space, or in quotes. */
const CONDITION = /([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/y;

/**
 * The filter that is meant.
 * @throws FoveaError `usage` for what is none, with what could be said; `not_found` for a word that is no saved filter
 */
export function filterWhere(db: ReadableDb, given: string): SampleFilter {
  const saved = listSavedFilters(db);
  const named = saved.find(({ name }) => name === given);
  if (named) return named.filter;
  if (!given.includes('=')) {
    const next =
      saved.length === 0
        ? 'Save one on the page (Shift+F), or give conditions: --where "state=pending language=en"'
        : `One of: ${saved.map(({ name }) => name).join(', ')}; or conditions: --where "state=pending"`;
    throw new FoveaError('not_found', `there is no saved filter ${JSON.stringify(given)}`, { next });
  }
  return parseWhere(given);
}

/** @throws FoveaError `usage` */
export function parseWhere(given: string): SampleFilter {
  const filter: Record<string, unknown> = { ...NO_FILTER };
  const ranges: Record<string, [number, number]> = {};
  const text = given.trim();
  for (let at = 0; at < text.length;) {
    CONDITION.lastIndex = at;
    const found = CONDITION.exec(text);
    if (!found) throw wrong(text.slice(at), 'is no condition');
    at = CONDITION.lastIndex;
    if (at < text.length && !/\s/.test(text[at]!)) throw wrong(text.slice(found.index), 'is no condition');
    while (/\s/.test(text[at] ?? '')) at++;
    const [words, name = '', quoted, plain = ''] = found;
    const value = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1');
    if (Object.hasOwn(LISTS, name)) {
      const values = quoted === undefined ? plain.split(',') : [value];
      const field = LISTS[name]!;
      const before = filter[field] as unknown[];
      filter[field] = [...before, ...(field === 'ids' ? values.map(Number) : values)];
    } else if (Object.hasOwn(CHOICES, name)) filter[CHOICES[name]!] = value;
    else if (NUMBERS.has(name)) ranges[name] = rangeOf(value, words);
    else throw wrong(words, 'is about nothing that samples are filtered by');
  }
  const parsed = sampleFilterSchema.safeParse({ ...filter, ranges });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(given, `cannot be used (${issue?.path.join('.')}: ${issue?.message})`);
}

/** From the first on, below the second; either may be left out. */
function rangeOf(value: string, words: string): [number, number] {
  const found = /^(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?$/.exec(value);
  if (!found) throw wrong(words, 'is no range, such as iou=0.2..0.5');
  const [low, high] = [found[1], found[2]].map((number) => (number === undefined ? null : Number(number)));
  return [low ?? -Number.MAX_VALUE, high ?? Number.MAX_VALUE];
}

function wrong(words: string, what: string): FoveaError {
  const names = [...Object.keys(LISTS), ...Object.keys(CHOICES), ...NUMBERS].join(', ');
  return usageError(`--where: ${JSON.stringify(words)} ${what}`, `Conditions are about: ${names}`);
}
