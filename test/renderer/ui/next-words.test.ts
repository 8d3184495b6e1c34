import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { readSources } from '../../../scripts/lint/sources.ts';
import { nextInPage, ONLY_THERE } from '../../../src-renderer/ui/next-words.ts';

/** A command or an option of the command line. */
const COMMAND_LINE = /(?<!["\w])fovea [a-z]+|(?:^|[\s(`])--[a-z]/;
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** What only a terminal shows: the command line itself, and what is started from one: hosts, workers. */
const TERMINAL = /^src-main\/(?:app|workers)\//;

/** Texts of the main side that name the command line, with what is put into them as X. */
function texts(): string[] {
  const found: string[] = [];
  for (const [path, text] of readSources(root)) {
    if (!/^src-main\//.test(path) || TERMINAL.test(path)) continue;
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
    for (const [, single, double, template] of code.matchAll(LITERAL)) {
      const words = (single ?? double ?? template ?? '').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'X');
      if (COMMAND_LINE.test(words) && words.includes(' ')) found.push(words);
    }
  }
  return found;
}

test('no error that the page shows sends anybody to the command line', () => {
  const all = texts();
  assert.ok(all.length > 20, `${all.length} texts`);
  const left = all.filter((words) => !ONLY_THERE.test(words) && COMMAND_LINE.test(nextInPage(words) ?? ''));
  assert.deepEqual(left, []);
});

test('what is left still says what to do', () => {
  for (const words of texts()) assert.ok((nextInPage(words) ?? '').length > 5, words);
  assert.equal(nextInPage('Label it first (fovea label)'), 'Label it first');
  assert.equal(
    nextInPage('Use int4 weights (--precision int4), a smaller model, or --device cpu'),
    'Use int4 weights, a smaller model, or the CPU',
  );
  assert.equal(nextInPage(null), null);
});
