/** One key of tokenizer_config.json changed at a time: the ids are transformers', or the key is refused by name. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden');
const madeSchema = z.object({ ids: z.array(z.array(z.number().int())), texts: z.array(z.string()) });
type Made = z.infer<typeof madeSchema>;
const table = z
  .object({
    asked: z.array(z.string()),
    bases: z.record(z.string(), madeSchema),
    rows: z.array(
      madeSchema.partial().extend({
        base: z.string(),
        key: z.string(),
        value: z.unknown().optional(),
        transformers: z.enum(['same', 'changed', 'refused']),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(GOLDEN, 'keys/tokens.json'), 'utf8')));

/** The outer white space of answers is cut off here, as everywhere in Fovea. */
async function made(dir: string, { ids }: Made): Promise<Made> {
  const tokenizer = await readTokenizer(dir);
  return {
    ids: table.asked.map((text) => tokenizer.encodeWithSpecial(text)),
    texts: ids.map((one) => tokenizer.decode(one)),
  };
}

for (const [name, own] of Object.entries(table.bases)) {
  test(`${name}: every changed key of tokenizer_config.json is obeyed, harmless or refused`, async (t) => {
    const dir = join(temporaryDir(t), name);
    cpSync(join(GOLDEN, 'oracle/cases', name), dir, { recursive: true });
    const path = join(dir, 'tokenizer_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const wrong: string[] = [];
    for (const { key, value, transformers, ids, texts } of [
      { key: 'legacy', value: config.legacy, transformers: 'same' as const },
      ...table.rows.filter(({ base }) => base === name),
    ]) {
      const { [key]: _, ...others } = config;
      writeFileSync(path, JSON.stringify(value === undefined ? others : { ...others, [key]: value }));
      const expected = { ids: ids ?? own.ids, texts: (texts ?? own.texts).map((text) => text.trim()) };
      try {
        assert.deepEqual(await made(dir, expected), expected);
      } catch (error) {
        if (error instanceof FoveaError && error.code === 'unsupported_model') continue;
        wrong.push(
          `${key} ${JSON.stringify(value)} (${transformers}): ${(error as Error).message.slice(0, 300)}`,
        );
      }
    }
    assert.deepEqual(wrong, []);
  });
}
