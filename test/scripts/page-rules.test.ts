import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { domNameIn } from '../../scripts/lint/dom-names.ts';
import { FEATURES } from '../../scripts/lint/features.ts';
import { checkLayering, importsOf, layerOf } from '../../scripts/lint/layering.ts';
import { checkPage } from '../../scripts/lint/page.ts';
import { readSources } from '../../scripts/lint/sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const said = (files: Readonly<Record<string, string>>): string[] =>
  checkPage(new Map(Object.entries(files))).map(({ message }) => message);

test('a plain file imports neither what touches the DOM, nor state, nor what is drawn', () => {
  const plain = 'src-renderer/queue/a.ts';
  assert.match(said({ [plain]: "import { b } from './b.dom.ts';" })[0]!, /plain .* may not import \.dom\.ts/);
  assert.match(
    said({ [plain]: "import type { B } from './b.svelte.ts';" })[0]!,
    /may not import \.svelte\.ts/,
  );
  assert.match(said({ [plain]: "import B from './B.svelte';" })[0]!, /may not import \.svelte /);
  assert.match(said({ [plain]: "import { tick } from 'svelte';" })[0]!, /knows no Svelte/);
  assert.match(said({ [plain]: "import Flag from '@lucide/svelte/icons/flag';" })[0]!, /knows no Svelte/);
  assert.deepEqual(said({ [plain]: "import { c } from './c.ts'; import { z } from 'zod';" }), []);
});

test('each kind imports its own and those before it, never the other way', () => {
  const touching = {
    'src-renderer/queue/a.dom.ts': "import { b } from './b.svelte.ts'; document.title = b;",
  };
  assert.match(said(touching)[0]!, /\.dom\.ts may not import \.svelte\.ts/);
  const state = { 'src-renderer/queue/a.svelte.ts': "import A from './A.svelte';" };
  assert.match(said(state)[0]!, /\.svelte\.ts may not import \.svelte/);
  const drawn = "import './a.ts'; import './a.dom.ts'; import './a.svelte.ts'; import './B.svelte';";
  assert.deepEqual(said({ 'src-renderer/queue/A.svelte': `<script lang="ts">${drawn}</script>` }), []);
  assert.deepEqual(said({ 'src-renderer/queue/c.svelte.ts': "import './a.ts'; import './a.dom.ts';" }), []);
});

test('a plain file touches no DOM, not by way of ui or canvas either', () => {
  const touching = 'export const at = (box: HTMLElement) => box.offsetTop;';
  assert.match(said({ 'src-renderer/queue/a.ts': touching })[0]!, /no HTMLElement; call the file \.dom\.ts/);
  assert.deepEqual(
    said({ 'src-renderer/queue/a.dom.ts': touching, 'src-renderer/canvas/a.ts': touching }),
    [],
  );
  const through = {
    'src-renderer/queue/a.ts': "import { at } from '../canvas/b.ts';",
    'src-renderer/canvas/b.ts': "export { at } from './c.ts';",
    'src-renderer/canvas/c.ts': touching,
  };
  assert.match(said(through)[0]!, /what touches the DOM \(\.\.\/canvas\/b\.ts\)/);
});

test('a name is the DOM’s only where nothing in the file declares it', () => {
  assert.equal(domNameIn("document.querySelector('a')"), 'document');
  assert.equal(domNameIn('export interface A { readonly event: KeyboardEvent }'), 'KeyboardEvent');
  assert.equal(domNameIn("localStorage.getItem('a')"), 'localStorage');
  assert.equal(domNameIn('const { name, status } = job; use(name, status);'), null);
  assert.equal(domNameIn('export const of = (event: Change) => event.target.name;'), null);
  assert.equal(domNameIn('setTimeout(() => fetch(new URL(path)), 5);'), null, 'Node has them, too');
});

test('what joins a feature is for app alone', () => {
  const joins = "import queue from '../queue/feature.ts';";
  assert.match(said({ 'src-renderer/gallery/a.svelte.ts': joins })[0]!, /only app may import it/);
  assert.deepEqual(said({ 'src-renderer/app/features.ts': joins }), []);
});

test('a file knows at most three features besides its own; below and above them is not counted', () => {
  const all = ['queue', 'flags', 'deciding', 'editing', 'gallery', 'ui', 'canvas', 'shell'];
  const text = all.map((name) => `import '../${name}/x.ts';`).join('\n');
  assert.match(said({ 'src-renderer/gallery/a.ts': text })[0]!, /knows 4 features .*queue, flags/);
  assert.deepEqual(said({ 'src-renderer/app/a.ts': text }), []);
  const three = text.replace("import '../flags/x.ts';", '');
  assert.deepEqual(said({ 'src-renderer/gallery/a.ts': three }), []);
});

test('an arrow that the table of features does not have is refused, and below them nothing knows a feature', () => {
  const only = (file: string, text: string): string =>
    checkLayering(new Map([[file, text]]))
      .map(({ message }) => message)
      .join();
  assert.match(only('src-renderer/queue/a.ts', "import '../gallery/b.ts';"), /queue may not import gallery/);
  for (const base of ['ui', 'canvas', 'shell'])
    assert.match(only(`src-renderer/${base}/a.ts`, "import '../queue/b.ts';"), /may not import queue/);
  assert.match(
    only('src-renderer/elsewhere/a.ts', "import '../queue/b.ts';"),
    /feature may not import queue/,
  );
  assert.equal(only('src-renderer/gallery/a.ts', "import '../queue/b.ts';"), '');
});

test('the table of features has no cycle, a reason for each arrow, and no folder that is not there', () => {
  const order: string[] = [];
  const visit = (name: string, way: readonly string[]): void => {
    assert.ok(!way.includes(name), [...way, name].join(' -> '));
    if (order.includes(name)) return;
    for (const [to, why] of Object.entries(FEATURES[name]!)) {
      assert.ok(to in FEATURES && why.length > 10, `${name} -> ${to}`);
      visit(to, [...way, name]);
    }
    order.push(name);
  };
  for (const name of Object.keys(FEATURES)) {
    visit(name, []);
    assert.ok(existsSync(join(ROOT, 'src-renderer', name, 'feature.ts')), name);
  }
});

test('every arrow of the table of features is one that the page has', () => {
  const used = new Set<string>();
  for (const [file, text] of readSources(ROOT)) {
    if (!file.startsWith('src-renderer/')) continue;
    for (const specifier of importsOf(file, text)) {
      const to = layerOf(posix.join(posix.dirname(file), specifier));
      used.add(`${layerOf(file)?.name} -> ${to?.name}`);
    }
  }
  const arrows = Object.entries(FEATURES).flatMap(([name, to]) =>
    Object.keys(to).map((one) => `${name} -> ${one}`),
  );
  assert.deepEqual(
    arrows.filter((arrow) => !used.has(arrow)),
    [],
  );
});
