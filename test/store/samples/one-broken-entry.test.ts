/** What a project keeps lists of: one entry that cannot be read takes none of the others. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { procedures } from '../../../src-shared/contract/procedures.ts';
import { BACKUPS, listCopies } from '../../../src-main/store/backup/copies.ts';
import { transact, write } from '../../../src-main/store/db.ts';
import { listSavedFilters, saveFilter } from '../../../src-main/store/samples/saved-filter.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const empty = procedures['filters.save'].input.parse({
  name: 'x',
  filter: {},
  sort: { by: 'imported', descending: false },
});

test('11-C24: a saved filter that is no JSON is left out', async (t) => {
  const { db } = await testProject(t, 1);
  saveFilter(db, 'good', empty.filter, empty.sort);
  write(db, 'INSERT INTO saved_filter (name, body, created_at) VALUES (?, ?, ?)').run('bad', '{"filter', '');
  assert.deepEqual(
    listSavedFilters(db).map(({ name }) => name),
    ['good'],
  );
});

test('11-C24: there are so many saved filters and no more; one of them can still be replaced', async (t) => {
  const { db } = await testProject(t, 1);
  transact(db, () => {
    for (let n = 0; n < MOST.savedFilters; n++) saveFilter(db, `f${n}`, empty.filter, empty.sort);
  });
  assert.throws(() => saveFilter(db, 'one more', empty.filter, empty.sort), { code: 'conflict' });
  assert.equal(saveFilter(db, 'f3', empty.filter, empty.sort).name, 'f3');
});

test('11-C24: a copy that cannot be looked at is left out', (t) => {
  const dir = temporaryDir(t);
  const at = (name: string): string => join(dir, BACKUPS, name);
  mkdirSync(join(dir, BACKUPS));
  writeFileSync(at('project-2026-05-04T030201.db'), 'x');
  mkdirSync(at('project-2026-05-05T030201.db'));
  symlinkSync(at('project-2026-05-06T030201.db'), at('project-2026-05-06T030201.db'));
  assert.deepEqual(
    listCopies(dir).map(({ day }) => day),
    ['2026-05-04'],
  );
});

test('11-C24: what people put in has limits, and names are one line', () => {
  const refused = (name: keyof typeof procedures, input: unknown): boolean =>
    !procedures[name].input.safeParse(input).success;
  const { filter, sort } = empty;
  const long = (n: number): string => 'x'.repeat(n + 1);
  assert.ok(refused('filters.save', { name: 'a\nb', filter, sort }));
  assert.ok(refused('filters.save', { name: long(MOST.filterName), filter, sort }));
  assert.ok(
    refused('filters.save', { name: 'a', filter: { ...filter, tags: [long(MOST.filterValue)] }, sort }),
  );
  assert.ok(refused('filters.save', { name: 'a', filter: { ...filter, text: long(MOST.search) }, sort }));
  const values = Array.from({ length: MOST.filterValues + 1 }, String);
  assert.ok(refused('filters.save', { name: 'a', filter: { ...filter, reviewers: values }, sort }));
  assert.ok(refused('notes.add', { sampleId: 1, text: long(MOST.note), reviewer: 'ann' }));
  assert.ok(refused('notes.add', { sampleId: 1, text: 'ok', reviewer: 'an\nn' }));
  assert.ok(refused('project.open', { path: long(MOST.path) }));
});
