import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceleratorOf } from '../../../src-main/app/electron/accelerator.ts';
import { KEYMAP } from '../../support/keymap.ts';

test('chords are spelt as Electron spells them; what it has no name for is left out', () => {
  const spelt = {
    'Ctrl+Shift+Z': 'CmdOrCtrl+Shift+Z',
    'Alt+G': 'Alt+G',
    '→': 'Right',
    'Shift+←': 'Shift+Left',
    '+': 'Plus',
    'Ctrl++': 'CmdOrCtrl+Plus',
    '?': '?',
    Esc: 'Escape',
    F5: 'F5',
    Ж: undefined,
    F25: undefined,
    MediaPlay: undefined,
    '': undefined,
  };
  for (const [chord, accelerator] of Object.entries(spelt))
    assert.equal(acceleratorOf(chord), accelerator, chord);
});

test('every key of the table has a spelling', () => {
  for (const { command, keys } of KEYMAP)
    for (const key of keys) assert.ok(acceleratorOf(key), `${command}: ${key}`);
});
