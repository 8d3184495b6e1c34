import assert from 'node:assert/strict';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wholeModel } from '../../../src-main/checkpoint/adapter/base.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { cacheRepository } from '../../support/hub-cache.ts';
import { writeAdapter } from '../../support/write-adapter.ts';

const nowhere = { downloads: '/nowhere/models', cache: '/nowhere/hub' };

test('the base is found by its path, beside the adapter, in a download and in the Hugging Face cache', async (t) => {
  const dir = realpathSync(temporaryDir(t));
  const adapter = join(dir, 'out/lora');
  const baseOf = async (name: string, places = nowhere) => {
    writeAdapter(adapter, name);
    const { dir: base, adapterDir } = await wholeModel({ dir: adapter }, places);
    assert.equal(adapterDir, adapter);
    return base;
  };
  assert.equal(await baseOf(DEMO_CHECKPOINT), DEMO_CHECKPOINT);
  const beside = join(dir, 'out/base');
  cpSync(DEMO_CHECKPOINT, beside, { recursive: true });
  assert.equal(await baseOf('../base'), beside);
  assert.equal(await baseOf('base'), beside);
  // A path of the machine that trained it: the folder's own name is looked for beside the adapter.
  assert.equal(await baseOf('/data/models/base'), beside);

  const downloads = join(dir, 'models');
  const download = join(downloads, `org--demo@${'a'.repeat(40)}`);
  cpSync(DEMO_CHECKPOINT, download, { recursive: true });
  assert.equal(await baseOf('org/demo', { ...nowhere, downloads }), download);
  const { snapshot } = cacheRepository(join(dir, 'hub'), 'org/cached', DEMO_CHECKPOINT);
  const cache = { ...nowhere, cache: join(dir, 'hub') };
  assert.equal(await baseOf('org/cached', cache), realpathSync(snapshot));

  writeAdapter(adapter, 'org/cached', { config: { revision: 'f'.repeat(40) } });
  await assert.rejects(wholeModel({ dir: adapter }, cache), { message: /asks for revision f+ of its base/ });
});

test('a base that is nowhere or not said: how to get it, or to give both', async (t) => {
  const dir = join(temporaryDir(t), 'lora');
  writeAdapter(dir, 'org/far-away');
  await assert.rejects(wholeModel({ dir }, nowhere), {
    code: 'not_found',
    message: /base org\/far-away is not on this machine/,
    next: new RegExp(`fovea model download org/far-away.*--model BASE --adapter ${dir}`),
  });
  writeAdapter(dir, null);
  await assert.rejects(wholeModel({ dir }, nowhere), { message: /does not say which base/ });
  // Given both, nothing is looked for.
  const both = { dir: DEMO_CHECKPOINT, adapterDir: dir };
  assert.deepEqual(await wholeModel(both, nowhere), both);
});

test('an adapter of an adapter is refused', async (t) => {
  const dir = temporaryDir(t);
  const first = join(dir, 'first');
  cpSync(DEMO_CHECKPOINT, first, { recursive: true });
  writeAdapter(first, null);
  await assert.rejects(wholeModel({ dir: writeAdapter(join(dir, 'second'), first) }, nowhere), {
    code: 'unsupported_model',
    message: /the base of this adapter has an adapter of its own/,
  });
  mkdirSync(join(dir, 'empty'));
  writeFileSync(join(dir, 'empty/adapter_config.json'), '{');
  await assert.rejects(wholeModel({ dir: join(dir, 'empty') }, nowhere), { code: 'bad_checkpoint' });
});
