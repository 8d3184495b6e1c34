/** Which ids end an answer, as transformers decides it (seen with 4.49, 4.57 and 5.24 on saved folders). */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { readGenerationConfig } from '../../src-main/checkpoint/generation.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const CASES = join(import.meta.dirname, '../golden/oracle/cases');

test('a generation_config.json without an end token leaves answers without one', async (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'generation_config.json');
  const ends = async (): Promise<readonly number[]> =>
    (await readGenerationConfig(dir, [2])).generation.eosTokenIds;
  assert.deepEqual(await ends(), [2]);
  for (const [stated, ids] of [
    [{}, []],
    [{ eos_token_id: null }, []],
    [{ eos_token_id: 5 }, [5]],
    [{ eos_token_id: [5, 6] }, [5, 6]],
  ] as const) {
    writeFileSync(file, JSON.stringify(stated));
    assert.deepEqual(await ends(), ids, JSON.stringify(stated));
  }
});

for (const name of ['llava-hf-plain-33', 'qwen2_5-vl-windows']) {
  test(`${name} without generation_config.json: the outer end token comes before the decoder's`, async (t) => {
    const dir = join(temporaryDir(t), name);
    cpSync(join(CASES, name), dir, { recursive: true });
    rmSync(join(dir, 'generation_config.json'), { force: true });
    const path = join(dir, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as { text_config?: object };
    const ends = async (outer: unknown, inner: unknown): Promise<readonly number[]> => {
      const text = { ...config.text_config, eos_token_id: inner };
      writeFileSync(path, JSON.stringify({ ...config, eos_token_id: outer, text_config: text }));
      return (await openModel(dir)).generation.eosTokenIds;
    };
    if (!config.text_config) return;
    assert.deepEqual(await ends([7, 8], 9), [7, 8]);
    assert.deepEqual(await ends(null, 9), [9]);
  });
}
