/** Flags, notes and saved filters through the contract: every window hears of what one of them changes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { IMPORT_ORDER, NO_FILTER, type EventName } from '../../../src-shared/contract/procedures.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { addSamples } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { standInResources } from '../../support/scenes.ts';

test('what is flagged, noted or saved is told, once, and only what changed', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const project = await createProject(path, 'Test');
  addSamples(project, 3);
  project.close();
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: await standInResources(dir),
    demoProjectDir: join(dir, 'demo'),
  });
  t.after(() => backend.dispose());
  const { heard, call } = callsOf(backend);
  const news = (): (readonly [EventName, unknown])[] =>
    heard
      .splice(0)
      .filter(({ name }) => /^(flags|tags|notes|outcomes|filters|rejectReasons)\./.test(name))
      .map(({ name, payload }) => [name, payload]);

  const flag = { flag: 'example', reviewer: 'ann' } as const;
  assert.deepEqual(await call('flags.set', { ...flag, sampleIds: [1], on: true }), { changed: [1] });
  assert.deepEqual(await call('flags.set', { ...flag, sampleIds: [1, 2], on: true }), { changed: [2] });
  await call('flags.set', { ...flag, sampleIds: [1, 2], on: true });
  assert.deepEqual(news(), [
    ['flags.changed', { sampleIds: [1], flag: 'example', on: true }],
    ['flags.changed', { sampleIds: [2], flag: 'example', on: true }],
  ]);

  const tag = { tag: ' night ', reviewer: 'ann' } as const;
  assert.deepEqual(await call('tags.set', { ...tag, sampleIds: [1], on: true }), { changed: [1] });
  assert.deepEqual(await call('tags.set', { ...tag, sampleIds: [1, 2], on: true }), { changed: [2] });
  await call('tags.set', { ...tag, sampleIds: [1, 2], on: true });
  assert.deepEqual(news(), [
    ['tags.changed', { sampleIds: [1], tag: 'night', on: true }],
    ['tags.changed', { sampleIds: [2], tag: 'night', on: true }],
  ]);
  assert.equal((await call('tags.list', {})).find(({ name }) => name === 'night')?.samples, 2);

  const word = { sampleId: 2, answer: ' x', verdict: 'right', reviewer: 'ann' } as const;
  const unlabelled = { outcome: null, localised: null };
  assert.deepEqual(await call('answers.judge', word), unlabelled);
  await call('answers.judge', { ...word, answer: 'x' });
  assert.deepEqual(news(), [['outcomes.changed', { sampleId: 2, ...unlabelled }]]);
  assert.equal(await call('samples.answers', { id: 2 }), null);
  await assert.rejects(call('answers.judge', { ...word, sampleId: 99 }), { code: 'not_found' });

  const draft = { sampleId: 3, reviewer: 'ann' };
  const note = await call('notes.write', { ...draft, id: null, was: '', text: 'one' });
  const { rows } = await call('samples.list', { filter: { ids: [3] }, offset: 0, limit: 1 });
  assert.deepEqual([rows[0]?.notes, rows[0]?.note], [1, 'one']);
  await call('notes.remove', { id: note!.id });
  await call('notes.remove', { id: note!.id });
  assert.deepEqual(news(), [
    ['notes.changed', { sampleId: 3, notes: 1, note: 'one' }],
    ['notes.changed', { sampleId: 3, notes: 0, note: null }],
  ]);

  const reasons = await call('rejectReasons.list', {});
  assert.ok(reasons.includes('Wrong region'));
  assert.deepEqual(await call('rejectReasons.set', { reasons: [' Blurred ', 'Sink', 'Sink'] }), [
    'Blurred',
    'Sink',
  ]);
  assert.deepEqual(news(), [['rejectReasons.changed', { reasons: ['Blurred', 'Sink'] }]]);
  assert.deepEqual(await call('rejectReasons.list', {}), ['Blurred', 'Sink']);
  const rejected = { predictionId: null, label: null, basedOn: null, reviewer: 'ann', note: null } as const;
  await call('reviews.submit', { ...rejected, sampleId: 2, decision: 'reject', reason: 'Sink' });
  await call('reviews.submit', { ...rejected, sampleId: 3, decision: 'reject' });
  assert.deepEqual((await call('samples.facets', { filter: {} })).reasons, [{ name: 'Sink', samples: 1 }]);
  const sinks = await call('samples.list', { filter: { reasons: ['Sink'] }, offset: 0, limit: 9 });
  assert.deepEqual(
    sinks.rows.map(({ id }) => id),
    [2],
  );

  const view = { filter: { ...NO_FILTER, text: 'x' }, sort: IMPORT_ORDER };
  const saved = await call('filters.save', { name: ' mine ', ...view });
  assert.equal(saved.name, 'mine');
  await call('filters.rename', { id: saved.id, name: 'yours' });
  assert.deepEqual(
    (await call('filters.list', {})).map(({ name, filter }) => [name, filter.text]),
    [['yours', 'x']],
  );
  await call('filters.remove', { id: saved.id });
  assert.deepEqual(
    news().map(([name]) => name),
    ['filters.changed', 'filters.changed', 'filters.changed'],
  );
  await assert.rejects(call('filters.rename', { id: saved.id, name: 'gone' }), { code: 'not_found' });
});
