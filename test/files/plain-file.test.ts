/** Names behind which no ordinary file lies are refused by every reader of files from outside, and none is waited for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readAdapterConfig } from '../../src-main/checkpoint/adapter/config.ts';
import { readJsonIfThere, readTextIfThere } from '../../src-main/checkpoint/files/json-file.ts';
import { tooMuchJson } from '../../src-main/checkpoint/files/json-shape.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { readPlain, readSmallText } from '../../src-main/files/plain-file.ts';
import { countLines } from '../../src-main/importers/containers/bytes.ts';
import { readLines } from '../../src-main/jobs/reviews/lines.ts';
import { modelFingerprint } from '../../src-main/jobs/asking/model-fingerprint.ts';
import { readFacts } from '../../src-main/library/facts.ts';
import { z } from 'zod';
import { copyDemoCheckpoint } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { writeSafetensors } from '../support/safetensors.ts';

const unix = { skip: process.platform === 'win32' && 'no named pipes among files' };
const wish = { code: 'bad_input', next: 'Give a file', maxBytes: 100 } as const;

function strange(t: TestContext): Record<'pipe' | 'device' | 'folder', string> {
  const dir = temporaryDir(t);
  const at = (name: string): string => join(dir, name);
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('folder'));
  symlinkSync('/dev/zero', at('device'));
  return { pipe: at('pipe'), device: at('device'), folder: at('folder') };
}

test('11-C21: pipes, devices and folders in place of files are refused by name', unix, async (t) => {
  const paths = Object.entries(strange(t));
  const readers = {
    plain: (path: string) => readPlain(path, wish),
    json: (path: string) => readJsonIfThere(path, z.unknown()),
    text: (path: string) => readTextIfThere(path),
    weights: readSafetensorsHeader,
    questions: countLines,
    reviews: async (path: string) => [...readLines(path)],
  };
  for (const [kind, path] of paths) {
    for (const [name, read] of Object.entries(readers)) {
      const words = { pipe: 'a named pipe', device: 'a device', folder: 'a folder' }[kind];
      await assert.rejects(
        async () => read(path),
        ({ message, code }: { message: string; code: string }) =>
          message === `${kind} is ${words}, not a file` && /^bad_(input|checkpoint)$/.test(code),
        `${name} of ${kind}`,
      );
    }
    assert.equal(await readSmallText(path), null);
  }
});

test(
  '11-C21: a model folder with a pipe in place of any of its files is refused, not waited for',
  unix,
  async (t) => {
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'generation_config.json']) {
      const dir = copyDemoCheckpoint(t);
      rmSync(join(dir, name), { force: true });
      execFileSync('mkfifo', [join(dir, name)]);
      const refused = { code: 'bad_checkpoint', message: `${name} is a named pipe, not a file` };
      await assert.rejects(openModel(dir), refused);
      await assert.rejects(readFacts(dir), refused);
      await assert.rejects(modelFingerprint({ dir }), refused);
    }
    const dir = temporaryDir(t);
    execFileSync('mkfifo', [join(dir, 'adapter_config.json')]);
    await assert.rejects(readAdapterConfig(dir), {
      message: 'adapter_config.json is a named pipe, not a file',
    });
  },
);

test('11-C21: a file that grows or is larger than it may be is refused by its size', async (t) => {
  const path = join(temporaryDir(t), 'large.json');
  writeFileSync(path, 'x'.repeat(101));
  await assert.rejects(readPlain(path, wish), {
    code: 'bad_input',
    message: 'large.json is 101 bytes, above the 100 such a file can have',
    next: 'Give a file',
  });
  // Files of /proc say they are empty.
  if (process.platform === 'linux')
    await assert.rejects(readPlain('/proc/self/environ', { ...wish, maxBytes: 1 }));
});

test('11-C21: JSON that nests or holds more than a file can is refused before it is parsed', async (t) => {
  const limits = { maxBytes: 1000, depth: 3, values: 8 };
  const words = (text: string): string | null => tooMuchJson(Buffer.from(text), limits);
  assert.equal(words('[[[1]]]'), null);
  assert.equal(words('[[[[1]]]]'), 'nests more than 3 lists and objects in one another');
  assert.equal(words('[1,2,3,4,5,6]'), null);
  assert.equal(words('[1,2,3,4,5,6,7,8]'), 'holds more than 8 values');
  assert.equal(
    words(String.raw`["[[[[[[,,,,,,,,,,\"[[[[[","\\",1]`),
    null,
    'what stands in strings does not count',
  );
  assert.equal(words('"never ends [[[[['), null);
  const path = join(temporaryDir(t), 'config.json');
  writeFileSync(path, '{"a":[[[0]]]}');
  await assert.rejects(readJsonIfThere(path, z.unknown(), limits), {
    code: 'bad_checkpoint',
    message: 'config.json nests more than 3 lists and objects in one another',
  });
  assert.deepEqual(await readJsonIfThere(path, z.unknown()), { a: [[[0]]] });
});

test('11-C21: a header with more tensors than it may have is refused in words', async (t) => {
  const path = join(temporaryDir(t), 'model.safetensors');
  const one = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };
  writeSafetensors(path, { a: one, b: one });
  assert.equal((await readSafetensorsHeader(path)).size, 2);
  await assert.rejects(readSafetensorsHeader(path, { depth: 8, values: 8 }), {
    code: 'bad_checkpoint',
    message: 'model.safetensors has a header that holds more than 8 values',
  });
});
