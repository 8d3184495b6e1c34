import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { readSources } from '../../scripts/lint/sources.ts';
import { counted } from '../../src-shared/contract/counts.ts';

test('one of a thing is one thing, and thousands are told apart', () => {
  assert.equal(counted(1, 'sample'), '1 sample');
  assert.equal(counted(0, 'sample'), '0 samples');
  assert.equal(counted(12_000, 'sample'), '12,000 samples');
  assert.equal(counted(2, 'sample was', 'samples were'), '2 samples were');
});

/** What Fovea counts, in the plural. */
const THINGS = [
  ...[
    'answers',
    'batches',
    'boxes',
    'cells',
    'changes',
    'characters',
    'copies',
    'crops',
    'decisions',
    'entries',
  ],
  ...['epochs', 'files', 'flags', 'folders', 'heads', 'images', 'items', 'jobs', 'labels', 'layers', 'lines'],
  ...[
    'models',
    'notes',
    'pictures',
    'positions',
    'predictions',
    'presets',
    'projects',
    'questions',
    'regions',
  ],
  ...[
    'revisions',
    'reviewers',
    'rows',
    'runs',
    'samples',
    'shards',
    'tensors',
    'tokens',
    'verdicts',
    'words',
  ],
].join('|');
/** Something put into a text with a plural behind it: of one of them it reads wrong. */
const PLURAL = new RegExp(
  `\\{([^{}]*)\\}(?:</\\w+\\s*>)?\\s+(?:(?:of|its|the|chosen|other|more|new|different) )*(?:${THINGS})\\b(?!\\s*[=,}])`,
  'g',
);
/** What is put in there is a word, or a limit in the thousands: no count. */
const NO_COUNT =
  /^(?:words|precision|plan\.form|task\.precision|percent\(.*\)|limits?\.\w+|MOST\.\w+|.*toLocaleString.*|at \+ 1|most|this\.#limits\.\w+|.*' and '.*|[\w.]*toFixed\(1\)|.*'merged'.*)$/;
/** Of an error that names one layer and its heads; it is never shown. */
const INTERNAL = ['src-main/runtime/feeds.ts', 'src-main/runtime/model.ts', 'src-main/graph/ops/layout.ts'];

test('no text puts a number before a plural by itself', () => {
  const wrong: string[] = [];
  for (const [path, text] of readSources(root)) {
    const code = text
      .replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, '')
      .replace(/^\s*\/\/.*$/gm, '')
      .replace(/^import .*$/gm, '');
    for (const { 0: found, 1: put, index } of code.matchAll(PLURAL)) {
      // Outside of a page's markup only a template puts something in.
      if (!path.endsWith('.svelte') && code[index - 1] !== '$') continue;
      if (!NO_COUNT.test(put.trim()) && !INTERNAL.includes(path)) wrong.push(`${path}: ${found}`);
    }
  }
  assert.deepEqual(wrong, [], 'say it with counted() of src-shared/contract/counts.ts');
});
