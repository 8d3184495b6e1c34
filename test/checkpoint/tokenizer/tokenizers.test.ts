/**
 * LLaMA's and Qwen2's makes of tokenizer with real merges, against the Rust library (test/golden/tokenizers): the same
 * ids for 500 strings, and the same text for their ids and for ids no text has.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/tokenizers');
const ids = z.array(z.number());
const kinds = z
  .record(
    z.enum(['llama', 'qwen2']),
    z.object({
      rows: z.array(z.tuple([z.string(), ids, ids, z.string()])).length(500),
      answers: z.array(z.tuple([ids, z.string()])).length(300),
    }),
  )
  .parse(JSON.parse(gunzipSync(readFileSync(join(GOLDEN, 'expected.json.gz'))).toString('utf8')));

/** All differences of a kind in one failure, a few of them shown. */
function assertNone(wrong: readonly string[]): void {
  assert.equal(wrong.length, 0, `${wrong.length} differ, among them\n${wrong.slice(0, 8).join('\n')}`);
}

for (const [kind, { rows, answers }] of Object.entries(kinds)) {
  const tokenizer = await readTokenizer(join(GOLDEN, kind));

  test(`${kind}: 500 strings have the original's ids`, () => {
    const wrong: string[] = [];
    for (const [text, plain, withSpecial] of rows) {
      const own = [tokenizer.encode(text), tokenizer.encodeWithSpecial(text)];
      if (own.join('|') !== [plain, withSpecial].join('|'))
        wrong.push(`${JSON.stringify(text)}: ${own.join('|')} for ${plain.join()}|${withSpecial.join()}`);
    }
    assertNone(wrong);
  });

  test(`${kind}: ids have the original's text, outer white space aside`, () => {
    const wrong: string[] = [];
    const all = [...rows.map(([, plain, , text]) => [plain, text] as const), ...answers];
    for (const [given, text] of all) {
      const own = tokenizer.decode(given);
      if (own !== text.trim())
        wrong.push(`${given.join()}: ${JSON.stringify(own)} for ${JSON.stringify(text)}`);
    }
    assertNone(wrong);
  });
}
