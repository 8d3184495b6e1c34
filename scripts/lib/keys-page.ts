/** The tables of keys (src-main/checkpoint/keys) as one Markdown page. */
import type { KeyRule, KeyTable, Values } from '../../src-main/checkpoint/keys/rule.ts';
import { KEY_TABLES, SHARED_TABLES } from '../../src-main/checkpoint/keys/tables.ts';

const HEAD = `# Keys of a checkpoint's config files

Made from the code by \`node scripts/node.mjs scripts/config-keys.ts\`; a test says when it is out of date.

What Fovea makes of every key that transformers 4.37 to 5.24, the published checkpoints and the authors' code write:
**implemented** (obeyed, where a list stands only these values), **harmless** (for the stated reason its value changes no
number), or **refused** (unless it has one of these values, or is null or missing, the checkpoint is refused by name).
A key that stands in no table is listed by \`fovea model check\` as not known.
`;

export function keysPage(): string {
  const parts = [...KEY_TABLES, ...SHARED_TABLES].map(({ title, table }) => {
    const shared = SHARED_TABLES.filter((one) => one.table !== table && isPart(one.table, table));
    const own = Object.entries(table).filter(([key, rule]) => shared.every((one) => one.table[key] !== rule));
    const rows = rowsOf(Object.fromEntries(own)).sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = rows.map(([key, kind, words]) => `| \`${key}\` | ${kind} | ${words} |`);
    const more = shared.map((one) => `\nAnd: ${one.title}.\n`);
    return [`\n## ${title}\n`, ...more, '| key | | |', '| --- | --- | --- |', ...lines, ''].join('\n');
  });
  return [HEAD, ...parts].join('');
}

/** Whether most of `part` stands in `table` as it is: a table may have rules of its own for a few of the keys. */
function isPart(part: KeyTable, table: KeyTable): boolean {
  const keys = Object.keys(part);
  return keys.filter((key) => table[key] === part[key]).length > keys.length / 2;
}

type Row = readonly [key: string, kind: string, words: string];

/** Objects with a table of their own on the page are left to it; smaller ones are listed with their name in front. */
function rowsOf(table: KeyTable, inside = ''): Row[] {
  return Object.entries(table).flatMap(([key, rule]): Row[] => {
    if (rule.is !== 'nested') return [[inside + key, rule.is, wordsOf(rule)]];
    const own = KEY_TABLES.find((one) => one.table === rule.table);
    if (own) return [[inside + key, 'implemented', `see ${own.title}`]];
    return rowsOf(rule.table, `${inside}${key}.`);
  });
}

function wordsOf(rule: Exclude<KeyRule, { is: 'nested' }>): string {
  if (rule.is === 'harmless') return escaped(rule.because);
  if (rule.is === 'refused') return escaped(`${rule.because}; runs: ${listed(rule.unless)}`);
  return escaped([rule.only ? `only ${listed(rule.only)}` : '', rule.note ?? ''].filter(Boolean).join('; '));
}

function listed({ values, also }: Values): string {
  const words = [...values.map((value) => `\`${JSON.stringify(value)}\``), ...(also ? [also.words] : [])];
  return words.length > 0 ? words.join(', ') : '`null`';
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
