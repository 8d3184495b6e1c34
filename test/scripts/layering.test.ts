import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { LAYERS } from '../../scripts/lint/layers.ts';
import { allows, checkLayering, importsOf, layerOf } from '../../scripts/lint/layering.ts';
import { readSources } from '../../scripts/lint/sources.ts';

const ROOT = join(import.meta.dirname, '../..');

test('a forbidden import is refused and the message names the allowed layers', () => {
  const problems = checkLayering(
    new Map([['src-shared/contract/a.ts', "import { x } from '../../src-main/store/b.ts';"]]),
  );
  assert.equal(problems.length, 1);
  assert.match(problems[0].message, /contract may not import store .*allowed: kernels/);
});

test('type-only imports and dynamic imports count too', () => {
  const found = importsOf('a.ts', "import type { A } from './b.ts'; const c = await import('./c.ts');");
  assert.deepEqual(found, ['./b.ts', './c.ts']);
});

test('a Svelte script is read like any other file', () => {
  const problems = checkLayering(
    new Map([
      ['src-renderer/app/App.svelte', '<script lang="ts">import Konva from "konva";</script><p>hi</p>'],
    ]),
  );
  assert.match(problems[0].message, /only src-renderer\/canvas\/ may import konva/);
});

test('a Node built-in in a layer that runs in a page is refused', () => {
  const problems = checkLayering(new Map([['src-shared/kernels/a.ts', "import fs from 'node:fs';"]]));
  assert.match(problems[0].message, /kernels also runs in a page/);
});

test('a cycle is reported with its whole path', () => {
  const problems = checkLayering(
    new Map([
      ['src-main/store/a.ts', "import './b.ts';"],
      ['src-main/store/b.ts', "import './a.ts';"],
      ['src-main/store/c.ts', "import './a.ts';"],
    ]),
  );
  assert.equal(problems.length, 1);
  assert.match(problems[0].message, /a\.ts -> .*b\.ts -> .*a\.ts/);
});

test('the longest prefix decides the layer', () => {
  assert.equal(layerOf('src-main/pipeline/ports.ts')?.name, 'pipeline-ports');
  assert.equal(layerOf('src-main/pipeline/generate.ts')?.name, 'pipeline');
  assert.equal(layerOf('test/x.test.ts'), null);
});

test('a layer in folders is open to those who may import it; among themselves folders keep to their own table', () => {
  const files = new Map([
    ['src-main/store/pictures/a.ts', "import '../samples/b.ts';"],
    ['src-main/store/samples/b.ts', "import '../db.ts';"],
    ['src-main/store/db.ts', ''],
    ['src-main/rpc/c.ts', "import '../store/samples/b.ts';"],
    ['src-shared/kernels/roi/d.ts', "import fs from 'node:fs';"],
  ]);
  const [inside, pure, ...others] = checkLayering(files);
  assert.match(inside.message, /store\/pictures may not import store\/samples .*allowed: .*store$/);
  assert.match(pure.message, /kernels\/roi also runs in a page/);
  assert.deepEqual(others, []);
});

test('the arrows of the table make no circle', () => {
  const left = new Set(LAYERS);
  for (let before = 0; before !== left.size;) {
    before = left.size;
    for (const layer of left) {
      const waits = [...left].some((other) => other !== layer && allows(layer, other));
      if (!waits) left.delete(layer);
    }
  }
  assert.deepEqual(
    [...left].map(({ name }) => name),
    [],
  );
});

test('a folder that grows, and a file, are told to be two', () => {
  const said = (files: Iterable<readonly [string, string]>): string =>
    checkLayering(new Map(files))
      .map(({ file, message }) => `${file}: ${message}`)
      .join();
  const many = (folder: string): [string, string][] =>
    Array.from({ length: 31 }, (_, i) => [`${folder}/${i}.ts`, '']);
  assert.match(said(many('src-main/store/runs')), /^src-main\/store\/runs: 31 files, more than 30/);
  assert.match(said(many('src-renderer/queue')), /^src-renderer\/queue: 31 files, more than 30/);
  assert.equal(said(many('db/migrations')), '');
  assert.match(said([['src-main/rpc/a.ts', '//\n'.repeat(401)]]), /a\.ts: 401 lines, more than 400/);
  assert.equal(said([['src-main/rpc/a.ts', '//\n'.repeat(400)]]), '');
});

test('every layer named in the table exists, and the source keeps to the table', () => {
  const names = new Set(LAYERS.map((layer) => layer.name));
  for (const layer of LAYERS) for (const name of layer.imports) assert.ok(names.has(name), name);

  const files = readSources(ROOT);
  assert.ok(files.size > 20);
  assert.deepEqual(checkLayering(files), []);
});
