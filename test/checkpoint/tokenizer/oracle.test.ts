import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { REGENERATE } from '../../support/oracle.ts';

const ORACLE = join(import.meta.dirname, '../../golden/oracle');

const { strings, kinds } = z
  .object({
    strings: z.array(z.string()).min(500),
    kinds: z.record(
      z.string(),
      z.object({
        case: z.string(),
        special: z.array(z.string()),
        rows: z.array(z.object({ ids: z.array(z.number()), text: z.string() })),
      }),
    ),
  })
  .parse(JSON.parse(gunzipSync(readFileSync(join(ORACLE, 'tokenizers.json.gz'))).toString('utf8')));

for (const [kind, { case: name, special, rows }] of Object.entries(kinds)) {
  test(`${kind}: 500 strings in 12 scripts encode and decode as the original does`, async () => {
    const tokenizer = await readTokenizer(join(ORACLE, 'cases', name));
    assert.equal(rows.length, strings.length);
    const wrong: string[] = [];
    for (const [i, { ids, text }] of rows.entries()) {
      const asked = special.reduce((s, token, n) => s.replaceAll(`SPECIAL${n}`, token), strings[i] ?? '');
      const own = tokenizer.encodeWithSpecial(asked);
      if (own.join() !== ids.join())
        wrong.push(`encode ${JSON.stringify(asked)}: ${own.join()} not ${ids.join()}`);
      // Answers are trimmed on both sides.
      const back = tokenizer.decode(ids);
      if (back !== text.trim())
        wrong.push(`decode ${ids.join()}: ${JSON.stringify(back)} not ${JSON.stringify(text)}`);
    }
    assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} differ; ${REGENERATE}`);
  });
}
