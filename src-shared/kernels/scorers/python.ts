/**
 * What Python does with text where JavaScript does otherwise: the scorers were written in it, and their numbers depend on
 * it. Measured against CPython 3.11 (test/golden/scorers). Lengths are counted in code points, by `pointsOf`.
 */

/** What `\s` matches and `strip` and `split` take for white space: four separators and U+0085 more than here, U+FEFF not. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const BETWEEN = new RegExp(`[${SPACE}]+`);

/** `string.punctuation`. */
export const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** `str.strip()`. */
export function strip(text: string): string {
  return text.replace(AROUND, '');
}

/** `str.split()`: words between white space, none empty. */
export function split(text: string): string[] {
  const inner = strip(text);
  return inner === '' ? [] : inner.split(BETWEEN);
}

/** The characters of a text as Python counts them. */
export function pointsOf(text: string): string[] {
  return Array.from(text);
}

/**
 * `str.capitalize()`: the first letter in title case, all others in lower case. Of the letters whose title case is not
 * their upper case the digraphs (ǆ) are known, those of polytonic Greek with an iota below are not.
 */
export function capitalize(text: string): string {
  const [first] = text;
  if (first === undefined) return '';
  return titled(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

function titled(letter: string): string {
  const digraph = DIGRAPHS.get(letter);
  if (digraph !== undefined) return digraph;
  if (MKHEDRULI.test(letter)) return letter;
  const [first, ...rest] = letter.toUpperCase();
  return letter === 'ŉ' ? 'ʼN' : `${first}${rest.join('').toLowerCase()}`;
}

/** Georgian letters have capitals, which begin no word. */
const MKHEDRULI = /^[\u10d0-\u10ff]$/;

const DIGRAPHS = new Map(
  ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].flatMap(([upper, title, lower]) =>
    [upper!, title!, lower!].map((letter) => [letter, title!] as const),
  ),
);

const DIGITS = '[0-9]+(?:_[0-9]+)*';
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`);
const SPECIAL = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/**
 * `float(text)`: decimal digits of any script, `_` between two of them, white space around, `inf` and `nan`; no empty
 * text, no hexadecimal. Null where Python throws.
 */
export function float(text: string): number | null {
  const plain = inAscii(text);
  const special = SPECIAL.exec(plain);
  if (special) return special[2] === undefined ? NaN : special[1] === '-' ? -Infinity : Infinity;
  return DECIMAL.test(plain) ? Number(plain.replaceAll('_', '')) : null;
}

/** White space of Unicode beyond ASCII becomes a blank, digits become ASCII; then what C calls white space is stripped. */
function inAscii(text: string): string {
  return text
    .replace(WIDE_SPACE, ' ')
    .replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
    .replace(/[^\0-\x7f]/gu, (char) =>
      /\p{Nd}/u.test(char) ? String(digitValue(char.codePointAt(0)!)) : char,
    );
}

const WIDE_SPACE = new RegExp(`(?![\\0-\\x7f])[${SPACE}]`, 'g');

/** Decimal digits stand in tens from zero on, and tens follow tens. */
function digitValue(point: number): number {
  let start = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
  return (point - start) % 10;
}
