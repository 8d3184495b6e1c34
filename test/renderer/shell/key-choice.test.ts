import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assignable,
  chosenKeymap,
  conflicts,
  DEFAULT_KEYS,
  keyChoiceSchema,
  withKey,
} from '../../../src-renderer/shell/key-choice.ts';
import { bindingOf, readKeymapFrom, tip, type KeyPress } from '../../../src-renderer/shell/keymap.ts';
import { KEYMAP } from '../../support/keymap.ts';

const press = (key: string): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
});

test('no preset makes two commands of a page claim one key', () => {
  for (const preset of ['fovea', 'prodigy'] as const) {
    assert.deepEqual([...conflicts(chosenKeymap({ preset, own: {} }, KEYMAP)).keys()], [], preset);
  }
});

test("Prodigy's keys: A accepts, X rejects, Space goes on, Backspace goes back", () => {
  const keymap = chosenKeymap({ preset: 'prodigy', own: {} }, KEYMAP);
  const meant = (key: string) => bindingOf(press(key), 'review', keymap)?.command;
  assert.deepEqual(['a', 'x', ' ', 'Backspace'].map(meant), ['accept', 'reject', 'next', 'previous']);
  assert.equal(meant('Enter'), undefined);
});

test('a key of one’s own replaces the command’s keys, and can be taken back', () => {
  const choice = withKey(DEFAULT_KEYS, 'accept', 'Y');
  const keymap = chosenKeymap(choice, KEYMAP);
  assert.equal(bindingOf(press('y'), 'review', keymap)?.command, 'accept');
  assert.equal(bindingOf(press('Enter'), 'review', keymap), null);
  assert.deepEqual(chosenKeymap(withKey(choice, 'accept', null), KEYMAP), KEYMAP);
});

test('a key that two commands claim is named, with both', () => {
  const keymap = chosenKeymap(withKey(DEFAULT_KEYS, 'accept', 'X'), KEYMAP);
  const claims = conflicts(keymap).get('X') ?? [];
  assert.deepEqual(
    claims.map(({ command }) => command),
    ['accept', 'reject'],
  );
});

test('tooltips follow the keys in force', () => {
  readKeymapFrom(() => chosenKeymap(withKey(DEFAULT_KEYS, 'accept', 'Y'), KEYMAP));
  try {
    assert.equal(tip('accept'), 'Accept and next (Y)');
  } finally {
    readKeymapFrom(() => KEYMAP);
  }
  assert.equal(tip('accept'), 'Accept and next (Enter)');
});

test('modifiers wait for their key; keys of the browser and Escape are refused', () => {
  assert.equal(assignable('Shift', 'Shift+Shift'), 'wait');
  assert.equal(assignable('r', 'Ctrl+R'), 'no');
  assert.equal(assignable('Escape', 'Esc'), 'no');
  assert.equal(assignable('y', 'Y'), 'yes');
});

test('what is stored is checked', () => {
  assert.equal(keyChoiceSchema.safeParse({ preset: 'emacs', own: {} }).success, false);
  assert.equal(keyChoiceSchema.safeParse({ preset: 'fovea', own: { accept: ['', 3] } }).success, false);
  assert.equal(keyChoiceSchema.safeParse(DEFAULT_KEYS).success, true);
});
