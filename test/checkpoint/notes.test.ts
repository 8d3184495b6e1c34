/** What is said where other readers take a folder's files otherwise, or the same file against what one expects. */
import assert from 'node:assert/strict';
import { cpSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { readFacts } from '../../src-main/library/facts.ts';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../support/demo.ts';

test('a folder that everybody reads alike has no notes', async () => {
  assert.deepEqual((await openModel(DEMO_CHECKPOINT)).notes, []);
  assert.equal((await readFacts(DEMO_CHECKPOINT)).notes, undefined);
});

test('a whole file beside a complete set of shards is read, and that is said; beside a missing shard it is not', async (t) => {
  const dir = copyDemoCheckpoint(t);
  const [one, index, shard] = [
    'model.safetensors',
    'model.safetensors.index.json',
    'model-00001-of-00001.safetensors',
  ].map((name) => join(dir, name)) as [string, string, string];
  cpSync(one, shard);
  writeFileSync(
    index,
    JSON.stringify({ weight_map: { 'lm_head.weight': 'model-00001-of-00001.safetensors' } }),
  );
  utimesSync(index, 2_000_000_000, 2_000_000_000);
  const [newer] = (await readFacts(dir)).notes ?? [];
  assert.match(
    String(newer),
    /those of model\.safetensors, as in transformers; not those of the 1 shard that/,
  );
  assert.match(String(newer), /which are newer/);
  utimesSync(index, 1, 1);
  assert.doesNotMatch(String((await openModel(dir)).notes[0]), /newer/);
  rmSync(shard);
  assert.deepEqual((await openModel(dir)).notes, []);
});
