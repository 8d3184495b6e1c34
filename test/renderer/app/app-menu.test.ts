import assert from 'node:assert/strict';
import { test } from 'node:test';
import { menuEntries } from '../../../src-renderer/app/app-menu.ts';
import { chosenKeymap, DEFAULT_KEYS, withKey } from '../../../src-renderer/shell/key-choice.ts';
import { KEYMAP, PAGES } from '../../support/keymap.ts';
import { menuEntriesSchema, MENUS } from '../../../src-shared/rpc/app-menu.ts';

test('every command and every page is in the menu once, and main takes it', () => {
  const entries = menuEntries(KEYMAP, 'review');
  assert.deepEqual(
    entries.map(({ command }) => command),
    KEYMAP.map(({ command }) => command),
  );
  assert.deepEqual(menuEntriesSchema.parse(entries), entries);
  assert.deepEqual(
    entries.filter(({ menu }) => menu === 'Go').map(({ words }) => words),
    PAGES.map(({ words }) => `Go to ${words}`),
  );
  const used = new Set(entries.map(({ menu }) => menu));
  assert.ok(MENUS.every((menu) => used.has(menu)));
});

test('what means nothing on the page is disabled, and everything without a project', () => {
  const enabled = (page: Parameters<typeof menuEntries>[1]): string[] =>
    menuEntries(KEYMAP, page)
      .filter((entry) => entry.enabled)
      .map(({ command }) => command);
  assert.ok(enabled('review').includes('accept') && !enabled('gallery').includes('accept'));
  assert.ok(enabled('gallery').includes('chooseAll') && enabled('models').includes('export'));
  assert.deepEqual(enabled(null), []);
});

test('keys of one’s own are the ones in the menu', () => {
  const keymap = chosenKeymap(withKey(DEFAULT_KEYS, 'accept', 'Shift+Y'), KEYMAP);
  assert.equal(menuEntries(keymap, 'review').find(({ command }) => command === 'accept')?.key, 'Shift+Y');
});
