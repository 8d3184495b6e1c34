import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { keysPage } from '../../../scripts/lib/keys-page.ts';
import { checkKeys } from '../../../src-main/checkpoint/keys/check.ts';
import { KEY_TABLES } from '../../../src-main/checkpoint/keys/tables.ts';

const ROOT = join(import.meta.dirname, '../../..');
const written = z
  .object({
    versions: z.array(z.string()),
    tables: z.record(z.string(), z.record(z.string(), z.array(z.unknown()))),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'test/golden/keys/written.json'), 'utf8')));

/** Tables of the page for what written.py calls otherwise. */
const SAME: Readonly<Record<string, string>> = {
  'llava-tokenizer': 'tokenizer',
  'qwen-tokenizer': 'tokenizer',
  tower: 'llava.vision_config',
};

for (const [name, keys] of Object.entries(written.tables)) {
  test(`${name}: every key that transformers writes is in the table, and what it writes by default passes`, () => {
    const table = KEY_TABLES.find(({ id }) => id === (SAME[name] ?? name))?.table;
    assert.ok(table, name);
    const kind = { tokenizer_class: name.startsWith('qwen') ? 'Qwen2Tokenizer' : 'LlamaTokenizer' };
    const unknown: string[] = [];
    const refused: string[] = [];
    for (const [key, values] of Object.entries(keys)) {
      for (const value of values.length > 0 ? values : [null]) {
        try {
          const found = checkKeys(
            { ...kind, [key]: value },
            { ...table, tokenizer_class: { is: 'implemented' } },
            { path: name },
          );
          unknown.push(...found.map((one) => one.key));
        } catch (error) {
          refused.push((error as Error).message);
        }
      }
    }
    assert.deepEqual({ unknown, refused }, { unknown: [], refused: [] });
  });
}

test('the versions are those from 4.37 to today’s', () => {
  assert.deepEqual(written.versions, ['4.37.2', '4.49.0', '4.57.6', '5.0.0', '5.24.0', '5.5.4', '5.6.2']);
});

test('every harmless or refused key says why', () => {
  for (const { id, table } of KEY_TABLES) {
    for (const [key, rule] of Object.entries(table)) {
      if (rule.is === 'harmless' || rule.is === 'refused')
        assert.ok(rule.because.length > 10, `${id} ${key}`);
    }
  }
});

test('docs/config-keys.md is made from these tables', () => {
  const page = readFileSync(join(ROOT, 'docs/config-keys.md'), 'utf8');
  assert.equal(page, keysPage(), 'make it anew: node scripts/node.mjs scripts/config-keys.ts');
});
