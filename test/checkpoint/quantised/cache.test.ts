/** The quantised cache of the demo model: written once, found again, and never trusted when it is not what it says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import type { QuantisedWeights, WriteProgress } from '../../../src-main/checkpoint/quantised/index.ts';
import { cacheDir, openQuantised, removeQuantised } from '../../../src-main/checkpoint/quantised/index.ts';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const CHILD = join(import.meta.dirname, '../../support/quantise-child.ts');

/** Opens and keeps what was reported. */
async function open(
  dir: string,
  folder: string,
): Promise<QuantisedWeights & { readonly reports: WriteProgress[] }> {
  const reports: WriteProgress[] = [];
  const weights = await openQuantised(await openModel(dir), {
    folder,
    onProgress: (progress) => reports.push(progress),
  });
  return { ...weights, reports };
}

/** Changes one byte of a file without changing its size. */
function flip(file: string, at: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from([(readFileSync(file)[at] ?? 0) ^ 0x5a]), 0, 1, at);
  closeSync(handle);
}

function bitsOf(weights: Pick<QuantisedWeights, 'quantised'>, name: string): number | undefined {
  const ref = weights.quantised(name);
  return ref && 'bits' in ref ? ref.bits : undefined;
}

test('it is written once, is an ordinary safetensors file, and is found again', async (t) => {
  const folder = join(temporaryDir(t), 'made', 'on', 'demand');
  const first = await open(DEMO_CHECKPOINT, folder);
  assert.equal(first.written, true);
  assert.deepEqual(first.reports.at(-1), {
    done: first.reports[0]?.total,
    total: first.reports[0]?.total,
    kept: 0,
  });
  const tensors = await readSafetensorsHeader(first.file);
  const name = 'model.layers.3.mlp.up_proj.weight';
  assert.deepEqual(tensors.get(`${name}.values`)?.shape, [384, 4, 16]);
  assert.deepEqual(tensors.get(`${name}.scales`)?.shape, [384 * 4]);
  assert.equal(bitsOf(first, name), 4);
  assert.equal(bitsOf(first, 'lm_head.weight'), 8);
  assert.equal(first.get('model.norm.weight')?.file, first.file);
  assert.match(first.get('model.embed_tokens.weight')?.file ?? '', /model\.safetensors$/);
  assert.deepEqual(
    readdirSync(folder).filter((file) => /part|lock/.test(file)),
    [],
  );

  const bytes = readFileSync(first.file);
  const again = await open(DEMO_CHECKPOINT, folder);
  assert.equal(again.written, false);
  assert.deepEqual(again.reports, []);
  assert.ok(readFileSync(again.file).equals(bytes));
});

test('killed half-way, the next run keeps what was finished and ends in the same file', async (t) => {
  const folder = temporaryDir(t);
  const whole = await open(DEMO_CHECKPOINT, temporaryDir(t));
  const { signal } = spawnSync(process.execPath, [CHILD, DEMO_CHECKPOINT, folder, '0.6']);
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(
    readdirSync(folder).filter((file) => file.endsWith('.safetensors')),
    [],
  );
  const { reports, file, written } = await open(DEMO_CHECKPOINT, folder);
  assert.equal(written, true);
  const [{ done, total, kept }] = reports as [WriteProgress];
  assert.ok(kept > 20, `${kept} tensors kept`);
  assert.ok(done >= 0.4 * total, `${done} of ${total} bytes kept`);
  assert.ok(readFileSync(file).equals(readFileSync(whole.file)));
  assert.deepEqual(
    readdirSync(folder).filter((name) => /part|lock/.test(name)),
    [],
  );
});

test('what was finished and is damaged since is written again', async (t) => {
  const folder = temporaryDir(t);
  spawnSync(process.execPath, [CHILD, DEMO_CHECKPOINT, folder, '0.6']);
  const part = readdirSync(folder).find((name) => name.endsWith('.part')) ?? '';
  const size = readFileSync(join(folder, part)).length;
  flip(join(folder, part), Math.floor(size / 2));
  const { reports, file } = await open(DEMO_CHECKPOINT, folder);
  assert.ok((reports[0]?.kept ?? 0) > 0);
  const whole = await open(DEMO_CHECKPOINT, temporaryDir(t));
  assert.ok(readFileSync(file).equals(readFileSync(whole.file)));
});

test('stopped, it says how to go on', async (t) => {
  const folder = temporaryDir(t);
  const stop = new AbortController();
  const options = {
    folder,
    signal: stop.signal,
    onProgress: ({ done, total }: WriteProgress) => done > total / 2 && stop.abort(),
  };
  await assert.rejects(openQuantised(await openModel(DEMO_CHECKPOINT), options), {
    code: 'cancelled',
    next: /goes on where it stopped/,
  });
  const { reports } = await open(DEMO_CHECKPOINT, folder);
  assert.ok((reports[0]?.kept ?? 0) > 10);
});

test('a checkpoint that has changed gets a new cache in the old one’s place', async (t) => {
  const folder = temporaryDir(t);
  const dir = copyDemoCheckpoint(t);
  const { file } = await open(dir, folder);
  utimesSync(join(dir, 'model.safetensors'), 1e9, 1e9);
  const again = await open(dir, folder);
  assert.equal(again.written, true);
  assert.equal(again.file, file);
  assert.equal((await open(dir, folder)).written, false);
});

test('a damaged, cut or lying cache is written anew', async (t) => {
  const folder = temporaryDir(t);
  const { file, bytes } = await open(DEMO_CHECKPOINT, folder);
  const right = readFileSync(file);
  const damages: (() => void)[] = [
    () => flip(file, 20),
    () => flip(file, Math.floor(bytes / 2)),
    () => flip(file, bytes - 1),
    () => truncateSync(file, bytes - 100),
    () => writeFileSync(file, ''),
  ];
  for (const [i, damage] of damages.entries()) {
    damage();
    assert.equal((await open(DEMO_CHECKPOINT, folder)).written, true, `damage ${i}`);
    assert.ok(readFileSync(file).equals(right), `damage ${i}`);
  }
});

test('weights that are no numbers are refused by name, and no cache is left', async (t) => {
  const folder = temporaryDir(t);
  const dir = copyDemoCheckpoint(t);
  const entry = (await openModel(dir)).weights.get('model.layers.1.mlp.up_proj.weight');
  assert.ok(entry);
  const handle = openSync(entry.file, 'r+');
  writeSync(handle, Buffer.from([0, 0, 0xc0, 0x7f]), 0, 4, entry.offset + 400);
  closeSync(handle);
  await assert.rejects(open(dir, folder), {
    code: 'bad_checkpoint',
    message: /model\.layers\.1\.mlp\.up_proj\.weight/,
  });
  assert.deepEqual(
    readdirSync(folder).filter((name) => /safetensors$|lock$/.test(name)),
    [],
  );
});

test('two writers at once: the second is told; a lock of a dead process is none', async (t) => {
  const folder = temporaryDir(t);
  const { file } = await open(DEMO_CHECKPOINT, folder);
  truncateSync(file, 10);
  writeFileSync(`${file}.lock`, String(process.pid));
  await assert.rejects(open(DEMO_CHECKPOINT, folder), {
    code: 'conflict',
    message: new RegExp(String(process.pid)),
  });
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(`${file}.lock`, String(pid));
  assert.equal((await open(DEMO_CHECKPOINT, folder)).written, true);
});

test('removing deletes the cache and nothing else', async (t) => {
  const folder = temporaryDir(t);
  writeFileSync(join(folder, 'other'), '');
  await open(DEMO_CHECKPOINT, folder);
  const checkpoint = await openModel(DEMO_CHECKPOINT);
  assert.equal(await removeQuantised(checkpoint, folder), true);
  assert.deepEqual(readdirSync(folder), ['other']);
  assert.equal(await removeQuantised(checkpoint, folder), false);
});

test('a folder that cannot be made is an error with a next step', async (t) => {
  const file = join(temporaryDir(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(open(DEMO_CHECKPOINT, join(file, 'cache')), { code: 'io', next: /FOVEA_HOME/ });
});

test('the cache folder is the platform’s, or in FOVEA_HOME', () => {
  assert.equal(cacheDir({ FOVEA_HOME: '/f' }, 'linux'), join('/f', 'cache'));
  assert.equal(cacheDir({ XDG_CACHE_HOME: '/x' }, 'linux'), join('/x', 'fovea'));
  assert.match(cacheDir({}, 'darwin'), /Library.Caches.Fovea$/);
});
