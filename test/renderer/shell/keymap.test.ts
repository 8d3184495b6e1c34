import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acts,
  bindingOf,
  chordOf,
  readLayoutFrom,
  tip,
  type KeyPress,
} from '../../../src-renderer/shell/keymap.ts';
import { KEYMAP, PAGES } from '../../support/keymap.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('no two commands of a page share a key', () => {
  for (const { id } of PAGES) {
    const here = KEYMAP.filter((binding) => acts(binding, id));
    const keys = here.flatMap((binding) => binding.keys);
    assert.equal(new Set(keys).size, keys.length, id);
  }
});

test('the conventional keys do what they do elsewhere', () => {
  const expected: [KeyPress, string][] = [
    [press('Enter'), 'accept'],
    [press('x'), 'reject'],
    [press('ArrowRight'), 'next'],
    [press('d'), 'next'],
    [press('j'), 'next'],
    [press('ArrowLeft'), 'previous'],
    [press('a'), 'previous'],
    [press('k'), 'previous'],
    [press('v'), 'select'],
    [press('b'), 'brush'],
    [press('e'), 'eraser'],
    [press('['), 'brushSmaller'],
    [press(']'), 'brushLarger'],
    [press('1'), 'foreground'],
    [press('2'), 'background'],
    [press('3'), 'ignore'],
    [press('Escape'), 'cancel'],
    [press('f'), 'fit'],
    [press('z', { ctrlKey: true }), 'undo'],
    [press('z', { metaKey: true }), 'undo'],
    [press('Z', { ctrlKey: true, shiftKey: true }), 'redo'],
    [press('y', { ctrlKey: true }), 'redo'],
    [press('?', { shiftKey: true }), 'help'],
  ];
  for (const [key, command] of expected)
    assert.equal(bindingOf(key, 'review')?.command, command, chordOf(key));
});

test('modified letters are left to the browser', () => {
  assert.equal(bindingOf(press('d', { ctrlKey: true }), 'review'), null);
  assert.equal(bindingOf(press('x', { altKey: true }), 'review'), null);
  assert.equal(bindingOf(press('N', { shiftKey: true }), 'review'), null);
});

test('letters work on a Cyrillic keyboard', () => {
  assert.equal(bindingOf(press('я', { code: 'KeyZ', ctrlKey: true }), 'review')?.command, 'undo');
});

test('the top row of a French keyboard chooses what to paint, and a symbol of ours is that symbol', () => {
  for (const [key, code, command] of [
    ['&', 'Digit1', 'foreground'],
    ['é', 'Digit2', 'background'],
    ['"', 'Digit3', 'ignore'],
  ] as const)
    assert.equal(bindingOf(press(key, { code }), 'review')?.command, command);
  assert.equal(bindingOf(press('é', { code: 'Digit2', ctrlKey: true }), 'review'), null);
  assert.equal(bindingOf(press('[', { code: 'Digit5' }), 'review')?.command, 'brushSmaller');
});

test('AltGr writes a symbol: German brackets, as Windows and Linux report them', () => {
  const altGr = press(']', { code: 'Digit9', ctrlKey: true, altKey: true });
  assert.equal(bindingOf(altGr, 'review')?.command, 'brushLarger');
  assert.equal(bindingOf(press('[', { code: 'Digit8' }), 'review')?.command, 'brushSmaller');
  assert.equal(
    chordOf(press('ą', { code: 'KeyA', ctrlKey: true, altKey: true })),
    'Ctrl+Alt+A',
    'a letter is none',
  );
});

test('Option writes another letter on a Mac: the one without it counts, whatever the layout', () => {
  const option = (key: string, code: string): string => chordOf(press(key, { code, altKey: true }));
  assert.equal(option('ß', 'KeyS'), 'Alt+S');
  assert.equal(option('Dead', 'KeyE'), 'Alt+E');
  readLayoutFrom(
    new Map([
      ['KeyQ', 'a'],
      ['Semicolon', 'm'],
      ['KeyL', 'l'],
    ]),
  );
  assert.equal(option('æ', 'KeyQ'), 'Alt+A', 'French');
  assert.equal(option('µ', 'Semicolon'), 'Alt+M', 'French');
  assert.equal(option('@', 'KeyL'), 'Alt+L', 'German');
  readLayoutFrom(new Map());
});

test('only what may repeat repeats', () => {
  const repeating = KEYMAP.filter((binding) => binding.repeats).map((binding) => binding.command);
  assert.ok(!repeating.includes('accept') && !repeating.includes('reject'));
});

test('a command can act on some pages and no others', () => {
  const meant = PAGES.filter(({ id }) => bindingOf(press('/'), id)?.command === 'search');
  assert.deepEqual(
    meant.map(({ id }) => id),
    ['review', 'gallery'],
  );
});

test('tooltips show the key', () => {
  assert.equal(tip('accept'), 'Accept and next (Enter)');
});
