/** vocab.json and merges.txt without a tokenizer.json (test/golden/tokenizers/slow.py). */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/tokenizers');
const unzipped = (name: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(join(GOLDEN, name))).toString('utf8'));
const { config, ids } = z
  .object({ config: z.record(z.string(), z.unknown()), ids: z.array(z.array(z.number())) })
  .parse(unzipped('slow.json.gz'));
const texts = z
  .object({ qwen2: z.object({ rows: z.array(z.tuple([z.string()]).rest(z.unknown())) }) })
  .parse(unzipped('expected.json.gz'))
  .qwen2.rows.map(([text]) => text);

function slowFolder(t: { after: (fn: () => void) => void }, changes: Record<string, unknown> = {}): string {
  const dir = temporaryDir(t);
  const { model } = z
    .object({ model: z.object({ vocab: z.unknown(), merges: z.array(z.array(z.string())) }) })
    .parse(JSON.parse(readFileSync(join(GOLDEN, 'qwen2/tokenizer.json'), 'utf8')));
  writeFileSync(join(dir, 'vocab.json'), JSON.stringify(model.vocab));
  const merges = model.merges.map((pair) => pair.join(' '));
  writeFileSync(join(dir, 'merges.txt'), ['#version: 0.2', ...merges, ''].join('\n'));
  writeFileSync(join(dir, 'tokenizer_config.json'), JSON.stringify({ ...config, ...changes }));
  return dir;
}

test("500 strings have the ids of transformers' own conversion", async (t) => {
  const tokenizer = await readTokenizer(slowFolder(t));
  assert.equal(texts.length, 500);
  const wrong = texts.filter((text, i) => tokenizer.encodeWithSpecial(text).join() !== ids[i]?.join());
  assert.deepEqual(wrong.slice(0, 5), []);
});

test('what cannot be converted exactly is refused by name', async (t) => {
  for (const [changes, message] of [
    [{ tokenizer_class: 'GPT2Tokenizer' }, /class GPT2Tokenizer/],
    [{ added_tokens_decoder: undefined }, /without added_tokens_decoder/],
    [{ pad_token: '<nowhere>' }, /whose <nowhere> is not in added_tokens_decoder/],
  ] as const) {
    await assert.rejects(readTokenizer(slowFolder(t, changes)), message);
  }
  const bad = slowFolder(t);
  writeFileSync(join(bad, 'merges.txt'), 'a b c\n');
  await assert.rejects(readTokenizer(bad), /no pair: a b c/);
  const alone = slowFolder(t);
  rmSync(join(alone, 'merges.txt'));
  await assert.rejects(readTokenizer(alone), /tokenizer\.json is missing/);
  writeFileSync(join(alone, 'tokenizer.model'), '');
  await assert.rejects(readTokenizer(alone), { next: /There is a tokenizer\.model: convert it once/ });
});
