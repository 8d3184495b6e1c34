/** Preferences in the data folder: several processes, damaged files, limits. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openPreferences } from '../../src-main/rpc/preferences.ts';
import { procedures } from '../../src-shared/contract/procedures.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

function folder(t: TestContext): string {
  const dir = temporaryDir(t);
  return dir;
}

test('what one process sets another one finds, and neither forgets the other’s', async (t) => {
  const file = join(folder(t), 'new', 'preferences.json');
  const [one, two] = [openPreferences(file), openPreferences(file)];
  assert.deepEqual(await one.get(), {});
  await one.set({ theme: 'light', 'place:/data/a': '{}' });
  await two.set({ theme: 'dark', keys: '{"preset":"default"}' });
  const all = { theme: 'dark', 'place:/data/a': '{}', keys: '{"preset":"default"}' };
  assert.deepEqual(await one.get(), all);
  assert.deepEqual(await openPreferences(file).get(), all);
  assert.deepEqual(readdirSync(join(file, '..')), ['preferences.json'], 'nothing half-written stays');
});

test('a damaged file is none, an entry of another version is left out, and the next change mends it', async (t) => {
  const file = join(folder(t), 'preferences.json');
  writeFileSync(file, '{"preferences": [["theme", "light", 1], ["keys", 7, 2], "x"]}');
  assert.deepEqual(await openPreferences(file).get(), { theme: 'light' });
  writeFileSync(file, '{"preferences": [["the');
  const preferences = openPreferences(file);
  assert.deepEqual(await preferences.get(), {});
  await preferences.set({ theme: 'dark' });
  assert.deepEqual(await openPreferences(file).get(), { theme: 'dark' });
});

test('the file stays small: what was set longest ago goes', async (t) => {
  const file = join(folder(t), 'preferences.json');
  const preferences = openPreferences(file);
  for (let n = 0; n < 5; n++) {
    await preferences.set(
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`place:/${n}/${i}`, 'x'])),
    );
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const names = Object.keys(await preferences.get());
  assert.equal(names.length, 200);
  assert.ok(names.includes('place:/4/0') && !names.includes('place:/0/0'));
  await preferences.set({ big: 'x'.repeat(60_000) });
  for (let n = 0; n < 30; n++) await preferences.set({ [`big${n}`]: 'x'.repeat(60_000) });
  const all = await preferences.get();
  assert.ok(JSON.stringify(all).length < 1_200_000);
  assert.ok('big29' in all && !('big' in all));
});

test('a folder that cannot be written keeps them as long as the process', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'file'), '');
  const preferences = openPreferences(join(dir, 'file', 'preferences.json'));
  await preferences.set({ theme: 'light' });
  assert.deepEqual(await preferences.get(), { theme: 'light' });
});

test('values of any length or number are refused by the contract', () => {
  const { input } = procedures['preferences.set'];
  assert.ok(input.safeParse({ values: { theme: 'light' } }).success);
  assert.ok(!input.safeParse({ values: { theme: 'x'.repeat(70_000) } }).success);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`n${i}`, '']));
  assert.ok(!input.safeParse({ values: many }).success);
});
