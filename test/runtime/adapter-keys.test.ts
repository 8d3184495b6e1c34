/** Every key of PEFT's LoraConfig changed by itself (test/golden/oracle/adapter_keys.py): right, or refused; none silent. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { knownAdapterKeys } from '../../src-main/checkpoint/adapter/keys.ts';
import { openFolders } from '../../src-main/checkpoint/open.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { ADAPTERS } from '../support/adapters.ts';
import { firstLogits } from '../support/first-logits.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { oracleCases, readArrays, relativeDifference, TOLERANCE } from '../support/oracle.ts';

const ORACLE = join(import.meta.dirname, '../golden/oracle');
const rows = z
  .array(z.object({ key: z.string(), value: z.unknown(), peft: z.string() }))
  .parse(JSON.parse(readFileSync(join(ORACLE, 'adapter_keys.json'), 'utf8')));
const FROM = join(ADAPTERS, 'llava-patterns');
const base = (await oracleCases('llava')).find(({ name }) => name === 'llava-hf-v5-36');
const others = await readArrays(join(ORACLE, 'adapter_keys.safetensors'));
const plain = (await readArrays(join(FROM, 'expected.safetensors'))).get('logits');

/** Where PEFT itself stops at loading, though the matrices in the file say all that a run needs. */
const TAKEN_ALL_THE_SAME = ['init_lora_weights="orthogonal"', 'layers_pattern="layers"'];

test('PEFT’s own file has no key that the table does not know', () => {
  const keys = Object.keys(JSON.parse(readFileSync(join(FROM, 'adapter_config.json'), 'utf8')) as object);
  assert.deepEqual(
    keys.filter((key) => !knownAdapterKeys().has(key)),
    [],
  );
});

test(`${rows.length} changed keys: PEFT’s numbers, or refused`, async (t) => {
  assert.ok(base && plain);
  const how = { right: 0, refused: 0 };
  for (const { key, value, peft } of rows) {
    const name = `${key}=${JSON.stringify(value)}`;
    const dir = join(temporaryDir(t), 'adapter');
    cpSync(FROM, dir, { recursive: true });
    const path = join(dir, 'adapter_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, [key]: value }));
    const opened = await openFolders({ dir: base.dir, adapterDir: dir }).catch((error: unknown) => {
      assert.ok(error instanceof FoveaError, name);
      assert.ok(error.next, name);
      return null;
    });
    if (!opened) {
      how.refused++;
      continue;
    }
    const expected =
      peft === 'other' ? others.get([...others.keys()].find((one) => sameKey(one, key, value)) ?? '') : plain;
    if (peft !== 'other' && peft !== 'same')
      assert.ok(TAKEN_ALL_THE_SAME.includes(name), `${name}: PEFT says ${peft}`);
    const model = await loadModel(opened, { device: 'cpu', cacheFolder: temporaryDir(t) });
    const logits = await firstLogits(opened, model, base);
    await model.dispose();
    const difference = relativeDifference(logits, expected?.data ?? []);
    assert.ok(difference <= TOLERANCE, `${name}: off by ${difference}`);
    how.right++;
  }
  t.diagnostic(`${how.right} right, ${how.refused} refused`);
});

/** Python and JavaScript write JSON with other spaces. */
function sameKey(stored: string, key: string, value: unknown): boolean {
  const at = stored.indexOf('=');
  if (stored.slice(0, at) !== key) return false;
  return JSON.stringify(JSON.parse(stored.slice(at + 1))) === JSON.stringify(value);
}
