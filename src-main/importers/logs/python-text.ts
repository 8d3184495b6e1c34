/**
 * Python's text of a value (`str([…])`), as programs write it into logs where they mean data: `"['it\'s', 'b']"` is no JSON.
 * Nothing is run: a text, a number, a name or a list of these is read, by the grammar of Python's literals, and nothing else.
 */

/** Entries of a list; more is no list of answers. */
const MOST = 1000;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};
const WORD = /^(?:True|False|None|[-+]?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf|nan))/;
const CODE = { x: 2, u: 4, U: 8 } as const;

/** The entries of a list as texts; null: the text is no list of texts, numbers and names. */
export function pythonList(text: string): readonly string[] | null {
  const trimmed = text.trim();
  const open = trimmed[0];
  if (open !== '[' && open !== '(') return null;
  const close = open === '[' ? ']' : ')';
  const entries: string[] = [];
  let rest = trimmed.slice(1).trimStart();
  while (!rest.startsWith(close)) {
    const found = oneOf(rest);
    if (!found || entries.length === MOST) return null;
    entries.push(found.value);
    rest = found.rest.trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith(close)) return null;
  }
  return rest.length === 1 ? entries : null;
}

function oneOf(text: string): { readonly value: string; readonly rest: string } | null {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') {
    const word = WORD.exec(text)?.[0];
    return word === undefined ? null : { value: word, rest: text.slice(word.length) };
  }
  let value = '';
  for (let at = 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote) return { value, rest: text.slice(at + 1) };
    if (char !== '\\') {
      value += char;
      continue;
    }
    const kind = text[++at] ?? '';
    if (kind in CODE) {
      const digits = text.slice(at + 1, at + 1 + CODE[kind as keyof typeof CODE]);
      const code =
        /^[0-9a-fA-F]+$/.test(digits) && digits.length === CODE[kind as keyof typeof CODE]
          ? parseInt(digits, 16)
          : -1;
      if (code < 0 || code > 0x10ffff) return null;
      value += String.fromCodePoint(code);
      at += digits.length;
    } else value += ESCAPES[kind] ?? `\\${kind}`;
  }
  return null;
}
