/** Flags, notes as a person types them, saved filters, and the counts that a filter is chosen by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IMPORT_ORDER, NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import {
  addNote,
  flagsOf,
  notesOf,
  noteSummary,
  setFlags,
  writeNote,
} from '../../../src-main/store/samples/annotation.ts';
import { write } from '../../../src-main/store/db.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import {
  listSavedFilters,
  removeSavedFilter,
  renameSavedFilter,
  saveFilter,
} from '../../../src-main/store/samples/saved-filter.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { testProject } from '../../support/project.ts';

test('setting a flag names what it changed, so that undoing it takes nothing else away', async (t) => {
  const { db } = await testProject(t);
  assert.deepEqual(setFlags(db, [2], ['example'], true, 'ann'), [2]);
  assert.deepEqual(setFlags(db, [1, 2, 3], ['example'], true, 'ann'), [1, 3]);
  assert.deepEqual(setFlags(db, [1, 3], ['example'], false, 'ann'), [1, 3]);
  assert.deepEqual(flagsOf(db, 2), ['example']);
  assert.throws(() => setFlags(db, [1, 99], ['example'], true, 'ann'), { code: 'not_found' });
  assert.deepEqual(flagsOf(db, 1), [], 'a refused call changes nothing');
});

test('a note is edited in place, and removed with its last word', async (t) => {
  const { db } = await testProject(t);
  const draft = { sampleId: 1, reviewer: 'ann' };
  const first = writeNote(db, { ...draft, id: null, was: '', text: ' the Eye\n' })!;
  assert.equal(first.text, 'the Eye');
  const second = writeNote(db, { ...draft, id: first.id, was: 'the Eye', text: 'the left eye' })!;
  assert.equal(second.id, first.id);
  assert.deepEqual(noteSummary(db, 1), { notes: 1, note: 'the left eye' });
  assert.equal(listSamples(db, NO_FILTER, 0, 1)[0]!.note, 'the left eye');
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'LEFT eye' }), 1, 'notes are searched');
  assert.equal(writeNote(db, { ...draft, id: first.id, was: 'the left eye', text: ' ' }), null);
  assert.deepEqual(noteSummary(db, 1), { notes: 0, note: null });
});

test('a note that somebody changed meanwhile is kept, and so is mine', async (t) => {
  const { db } = await testProject(t);
  const mine = { sampleId: 1, reviewer: 'ann' };
  const { id } = addNote(db, 1, 'one', 'ann');
  writeNote(db, { ...mine, id, was: 'one', text: 'two' });
  const late = writeNote(db, { ...mine, id, was: 'one', text: 'three' })!;
  assert.notEqual(late.id, id);
  assert.deepEqual(
    notesOf(db, 1).map(({ text }) => text),
    ['two', 'three'],
  );
  assert.equal(writeNote(db, { ...mine, id, was: 'one', text: '' }), null);
  assert.equal(notesOf(db, 1).length, 2, 'emptying an old text removes nothing');
});

test('a call whose answer was lost can be made again', async (t) => {
  const { db } = await testProject(t);
  const draft = { sampleId: 1, reviewer: 'ann', id: null, was: '', text: 'once' };
  const first = writeNote(db, draft)!;
  assert.equal(writeNote(db, draft)?.id, first.id);
  const edit = { ...draft, id: first.id, was: 'once', text: 'twice' };
  assert.deepEqual([writeNote(db, edit)?.id, writeNote(db, edit)?.id], [first.id, first.id]);
  const gone = { ...draft, id: first.id, was: 'twice', text: '' };
  assert.deepEqual([writeNote(db, gone), writeNote(db, gone)], [null, null]);
  assert.equal(notesOf(db, 1).length, 0);
  assert.throws(() => writeNote(db, { ...draft, sampleId: 99 }), { code: 'not_found' });
});

test('saved filters are replaced by name, renamed to free names only, and removed', async (t) => {
  const { db } = await testProject(t);
  const one = saveFilter(db, 'one', { ...NO_FILTER, text: 'a' }, IMPORT_ORDER);
  const two = saveFilter(db, 'two', { ...NO_FILTER, text: 'b' }, IMPORT_ORDER);
  assert.equal(saveFilter(db, 'one', { ...NO_FILTER, text: 'c' }, IMPORT_ORDER).id, one.id);
  assert.throws(() => renameSavedFilter(db, two.id, 'one'), { code: 'conflict' });
  assert.equal(renameSavedFilter(db, two.id, 'zwei').name, 'zwei');
  assert.equal(renameSavedFilter(db, two.id, 'zwei').name, 'zwei');
  removeSavedFilter(db, one.id);
  assert.throws(() => renameSavedFilter(db, one.id, 'uno'), { code: 'not_found' });
  assert.deepEqual(
    listSavedFilters(db).map(({ name, filter }) => [name, filter.text]),
    [['zwei', 'b']],
  );
});

test('every count of a facet is the number of samples its filter shows', async (t) => {
  const { db } = await testProject(t, 30);
  setFlags(db, [1, 2], ['look_again'], true, 'ann');
  addNote(db, 3, 'x', 'ann');
  write(db, 'DELETE FROM sample_tag WHERE sample_id > 20').run();
  refreshAllSampleStates(db);
  const found = facets(db);
  const counts = (filter: Partial<typeof NO_FILTER>): number => countSamples(db, { ...NO_FILTER, ...filter });
  for (const { name, samples } of found.languages) assert.equal(counts({ languages: [name] }), samples, name);
  for (const { name, samples } of found.splits) assert.equal(counts({ splits: [name] }), samples, name);
  for (const { name, samples } of found.tags) assert.equal(counts({ tags: [name] }), samples, name);
  for (const { flag, samples } of found.flags) assert.equal(counts({ flags: [flag] }), samples, flag);
  assert.equal(counts({ notes: 'with' }), found.withNotes);
  assert.equal(
    found.languages.reduce((sum, { samples }) => sum + samples, 0),
    30,
  );
  assert.ok(
    found.tags.some(({ name }) => name === ''),
    'samples without a tag are counted',
  );
});

test('beside a choice stands what it would show under the rest of the filter; its own part does not narrow it', async (t) => {
  const { db } = await testProject(t, 60);
  setFlags(db, [1, 2, 3, 40], ['example'], true, 'ann');
  addNote(db, 3, 'x', 'ann');
  write(db, 'DELETE FROM sample_tag WHERE sample_id > 20').run();
  refreshAllSampleStates(db);
  const all = facets(db);
  const language = all.languages[0]!.name;
  const tag = all.tags.find(({ name }) => name !== '')!.name;
  const filters: Partial<typeof NO_FILTER>[] = [
    { languages: [language] },
    { languages: [language], tags: [tag], text: 'e' },
    { flags: ['example'], notes: 'without' },
    { ids: [1, 2, 3, 30, 50] },
  ];
  for (const part of filters) {
    const filter = { ...NO_FILTER, ...part };
    const found = facets(db, filter);
    const counts = (change: Partial<typeof NO_FILTER>): number => countSamples(db, { ...filter, ...change });
    for (const { name, samples } of found.languages)
      assert.equal(samples, counts({ languages: [name] }), name);
    for (const { name, samples } of found.splits) assert.equal(samples, counts({ splits: [name] }), name);
    for (const { name, samples } of found.tags)
      assert.equal(samples, counts({ tags: [name] }), `tag ${name}`);
    for (const { flag, samples } of found.flags) assert.equal(samples, counts({ flags: [flag] }), flag);
    for (const { rule, samples } of found.dropRules)
      assert.equal(samples, counts({ dropRules: [rule] }), rule);
    assert.equal(found.withNotes, counts({ notes: 'with' }));
    const names = (of: typeof all): string[][] =>
      [of.languages, of.tags].map((list) => list.map(({ name }) => name));
    assert.deepEqual(names(found), names(all), 'every choice stays');
  }
});
