/**
 * What of Jinja2 the JavaScript library does in its own way: each rule names what a template comes by, or does it as
 * Python does. Found by test/golden/templates/jinja.py, which renders both.
 */
import { differs } from './error.ts';
import type { Node, Value } from './nodes.ts';

const SIMPLE = new Set(
  ['String', 'Integer', 'Float', 'Boolean', 'Null', 'Undefined'].map((type) => `${type}Value`),
);

/** Whether a value is one thing, not a list or an object. */
export function isSimple({ type }: Value): boolean {
  return SIMPLE.has(type);
}

/** What `{{ value }}` prints: Python's `str()`, nothing for what is undefined. */
export function print({ type, value }: Value): string {
  if (type === 'StringValue' || type === 'IntegerValue') return String(value);
  if (type === 'UndefinedValue') return '';
  if (type === 'NullValue') return 'None';
  if (type === 'BooleanValue') return value === true ? 'True' : 'False';
  const number = Math.abs(Number(value));
  if (type === 'FloatValue' && (number === 0 || (number >= 1e-4 && number < 1e16))) {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  return differs('printing of a list or an object');
}

/** White space as `str.strip()` takes it (`str.isspace`). */
const SPACE = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Python's `strip`, `lstrip` and `rstrip`. @param chars null: white space */
export function stripped(text: string, how: 'strip' | 'lstrip' | 'rstrip', chars: string | null): string {
  const letters = [...text];
  const set = chars === null ? null : new Set(chars);
  const goes = (letter: string | undefined): boolean =>
    letter !== undefined && (set ? set.has(letter) : SPACE.test(letter));
  let [from, to] = [0, letters.length];
  if (how !== 'rstrip') while (from < to && goes(letters[from])) from++;
  if (how !== 'lstrip') while (to > from && goes(letters[to - 1])) to--;
  return letters.slice(from, to).join('');
}

const TAG = /\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g;

/**
 * The library takes line ends after, and spaces before, whatever looks like a tag's edge, also in the text between.
 * @throws NotRendered when there is such text, or white space that the two do not agree on
 */
export function checkSource(source: string): void {
  if (/[\x1c-\x1f\x85\u2028\u2029\ufeff]/.test(source)) differs('rare white space');
  const between = source.replace(TAG, 'x');
  const within = [...source.matchAll(TAG)].map(([tag]) => tag.slice(2, -2)).join('x');
  for (const text of [between, within]) {
    if (/[#%-]\}\n|^[ \t]+\{[#%-]/m.test(text)) differs('text that looks like the edge of a tag');
  }
}

const keywords = (args: readonly Node[]): string[] =>
  args.flatMap(({ type, key }) => (type === 'KeywordArgumentExpression' ? [String(key?.value)] : []));

const isText = ({ type }: Value): boolean => type === 'StringValue';
const isList = ({ type }: Value): boolean => type === 'ArrayValue' || type === 'TupleValue';
const items = ({ value }: Value): Value[] => value as Value[];

/** What may be asked of an attribute in `selectattr`. */
const ATTRIBUTE_TESTS = new Set(['equalto', 'eq', 'defined', 'string', 'none']);

/** @throws NotRendered when this filter of this value would come out otherwise */
export function checkFilter(name: string, args: readonly Node[], operand: Value): void {
  const named = keywords(args);
  switch (name) {
    case 'tojson':
      if (args.length > named.length || named.some((key) => key !== 'indent')) differs('tojson with options');
      if (args.some(({ value }) => (value as Node | undefined)?.value === 0)) differs('tojson with indent 0');
      if (!isPlainJson(operand)) differs('tojson of numbers with a point or of what is undefined');
      return;
    case 'join':
      if (named.length > 0) differs('join with a named option');
      if (isList(operand) && !items(operand).every((one) => isText(one) || one.type === 'IntegerValue')) {
        differs('join of what is no text');
      }
      return;
    case 'default':
      if (named.some((key) => key !== 'boolean')) differs('default with a named value');
      return;
    case 'string':
      if (!isText(operand) && operand.type !== 'IntegerValue') differs('string of what is no text');
      return;
    case 'int':
    case 'float':
      if (isText(operand) || operand.type === 'FloatValue')
        differs(`${name} of a text or a number with a point`);
      return;
    case 'selectattr':
    case 'rejectattr': {
      const [attribute, test] = args.map(({ value }) => String(value));
      if (attribute?.includes('.')) differs(`${name} with a path`);
      if (test !== undefined && !ATTRIBUTE_TESTS.has(test)) differs(`${name} with the test ${test}`);
      return;
    }
    case 'title':
    case 'capitalize':
    case 'sort':
    case 'dictsort':
    case 'unique':
    case 'indent':
    case 'bool':
      differs(`the filter ${name}`);
  }
}

function isPlainJson(value: Value): boolean {
  if (isList(value)) return items(value).every(isPlainJson);
  if (value.value instanceof Map) return [...(value.value as Map<string, Value>).values()].every(isPlainJson);
  return isSimple(value) && value.type !== 'FloatValue' && value.type !== 'UndefinedValue';
}

/** @throws NotRendered when this test of this value would come out otherwise */
export function checkTest(name: string, operand: Value): void {
  const { type } = operand;
  const wrong =
    (name === 'number' && type === 'BooleanValue') ||
    (name === 'iterable' && !isText(operand) && !/^(Array|Integer|Float|Boolean|Null)Value$/.test(type)) ||
    ((name === 'sequence' || name === 'callable') && type === 'UndefinedValue') ||
    ['lower', 'upper', 'equalto', 'eq'].includes(name);
  if (wrong) differs(`the test ${name} of such a value`);
}

/** @throws NotRendered when this method of this value would come out otherwise */
export function checkMethod(name: string, args: readonly Node[], object: Value): void {
  if (name === 'dictsort') differs('a method dictsort');
  if (!isText(object)) return;
  if (name === 'title' || name === 'capitalize') differs(`the method ${name}`);
  if (/^(starts|ends)with$/.test(name) && args.length > 1) differs(`${name} with a place`);
  if (name === 'split' && args.length === 0 && /[\x1c-\x1f\x85\ufeff]/.test(String(object.value))) {
    differs('split of a text with rare white space');
  }
}
