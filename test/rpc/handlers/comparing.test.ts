/** The calls of the Compare page over a real project, with the real thread: what can be compared, how the sides do, who wins where. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { appResources } from '../../../src-main/app/resources.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { transact } from '../../../src-main/store/db.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { BAD, comparedProject, GOOD, HALF, type ComparedProject } from '../../support/compared-project.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** @returns its calls, and what closes it */
async function start(t: TestContext, { project }: Pick<ComparedProject, 'project'>) {
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: project.path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: appResources(),
    dataDir: temporaryDir(t),
  });
  t.after(() => backend.dispose());
  return { ...callsOf(backend), close: () => backend.dispose() };
}

test('sides with how many samples each predicted; a comparison, its list from both ends, its filters, a place in it', async (t) => {
  const made = await comparedProject(t, 6);
  made.predictBoth(1, HALF, GOOD);
  made.predictBoth(2, GOOD, GOOD);
  made.predictBoth(3, GOOD, BAD);
  made.predictBoth(4, BAD, GOOD);
  made.predictBoth(5, GOOD, HALF);
  for (const id of [1, 2, 3, 4, 5, 6]) made.correct(id);
  const { call, heard } = await start(t, made);

  const { sides, samples, history, problem } = await call('compare.sides', {});
  assert.deepEqual([samples, history, problem], [6, [], null]);
  assert.deepEqual(sides, [
    { side: 'own', name: 'own', predicted: 5, runId: made.own },
    { side: made.rpnId, name: 'mine', predicted: 5, runId: made.mine },
  ]);

  const wish = { slot: 'page', a: made.rpnId, b: 'own', against: 'corrected', over: null } as const;
  const { comparisonId, comparison } = await call('compare.run', wish);
  assert.deepEqual([comparison.samples, comparison.over, comparison.a.name], [5, 'unseen', 'mine']);
  assert.deepEqual(comparison.auc!.wins, { a: 2, b: 2, ties: 1 });
  assert.ok(heard.some(({ name }) => name === 'compare.progress'));

  const list = { comparisonId, measure: 'auc', which: 'all', first: 'a', offset: 0, limit: 10 } as const;
  const all = await call('compare.list', list);
  const ids = (page: typeof all) => page.rows.map(({ sampleId }) => sampleId);
  assert.deepEqual([all.total, ids(all)], [5, [4, 1, 2, 5, 3]]);
  assert.deepEqual([all.rows[0]!.a.auc, all.rows[0]!.b.auc, all.rows[0]!.sample!.question], [1, 0, 'what ?']);
  assert.deepEqual(ids(await call('compare.list', { ...list, first: 'b' })), [3, 5, 2, 1, 4]);
  assert.deepEqual(ids(await call('compare.list', { ...list, offset: 1, limit: 2 })), [1, 2]);
  assert.deepEqual(ids(await call('compare.list', { ...list, which: 'a' })), [4, 1]);
  assert.deepEqual(ids(await call('compare.list', { ...list, which: 'b', first: 'b' })), [3, 5]);
  assert.deepEqual(ids(await call('compare.list', { ...list, which: 'ties' })), [2]);
  const place = (sampleId: number) => call('compare.position', { ...list, first: 'b', sampleId });
  assert.deepEqual([await place(5), await place(6)], [{ position: 1 }, { position: null }]);

  const maps = await call('samples.maps', { predictionId: all.rows[0]!.predictions[1] });
  assert.equal(maps.rpn!.data.length, 12);
  await assert.rejects(call('compare.list', { ...list, comparisonId: 99 }), {
    code: 'not_found',
    next: 'Compare again',
  });
});

test('two runs are compared by the maps that made their labels, also where their model is gone; never with those labels', async (t) => {
  const made = await comparedProject(t, 2);
  made.predictBoth(1, HALF, GOOD);
  made.predictBoth(2, GOOD, BAD);
  made.correct(1);
  made.accept(2);
  const { call } = await start(t, made);
  const [a, b] = [`run:${made.mine}`, `run:${made.own}`] as const;
  const wish = { slot: 'page', a, b, against: 'corrected', over: 'all' } as const;
  const { comparison } = await call('compare.run', wish);
  assert.deepEqual(
    [comparison.a, comparison.iou],
    [{ kind: 'run', rpnId: null, name: `run ${made.mine}`, runId: made.mine }, null],
  );
  assert.deepEqual(
    [comparison.samples, comparison.auc!.a, comparison.auc!.wins],
    [1, comparison.auc!.b, { a: 0, b: 0, ties: 1 }],
    'both have one map',
  );
  assert.equal((await call('compare.run', { ...wish, b: 'own' })).comparison.b.runId, made.own);
  const refused = (change: object, error: object) =>
    assert.rejects(call('compare.run', { ...wish, ...change }), error);
  await refused({ against: 'reviewed' }, { code: 'bad_input', message: /made from the teacher's map/ });
  await refused({ b: a }, { code: 'bad_input', message: /same/ });
  await refused({ b: 'teacher' }, { code: 'bad_input', message: /same/ });
  await refused({ b: 'run:99' }, { code: 'not_found' });
  await refused({ b: 'run:0' }, { code: 'not_found', message: 'there is no run 0' });
  made.project.db.exec("UPDATE model SET dir = '/gone'");
  assert.notEqual((await call('compare.sides', {})).problem, null);
  assert.equal((await call('compare.run', wish)).comparison.samples, 1);
});

test('a comparison is never one of what was: a decision, another prediction and a removed sample show in the next', async (t) => {
  const made = await comparedProject(t, 3);
  for (const id of [1, 2, 3]) made.predictBoth(id, HALF, GOOD);
  made.correct(1);
  made.correct(2);
  made.accept(3);
  const { call } = await start(t, made);
  const wish = { slot: 'page', a: 'own', b: made.rpnId, against: 'corrected', over: 'all' } as const;
  const first = (await call('compare.run', wish)).comparison;
  assert.deepEqual([first.samples, first.auc!.b, first.leftOut], [2, 1, { nothing_known: 1 }]);
  assert.deepEqual((await call('compare.run', wish)).comparison, first);

  // The other four cells are what somebody says now.
  made.correct(2, [0, 0, 1, 1, 1, 1]);
  const second = (await call('compare.run', wish)).comparison;
  assert.deepEqual([second.samples, second.auc!.b], [2, 0.5]);
  made.predictBoth(1, HALF, BAD);
  const third = (await call('compare.run', wish)).comparison;
  assert.equal(third.auc!.b, 0);
  const reviewed = (await call('compare.run', { ...wish, against: 'reviewed' })).comparison;
  assert.equal(reviewed.samples, 3);
  const kept = await call('compare.run', wish);
  transact(made.project.db, () => removeSamples(made.project.db, [2]));
  assert.equal((await call('compare.run', wish)).comparison.samples, 1);
  const { rows } = await call('compare.list', {
    comparisonId: kept.comparisonId,
    measure: 'auc',
    which: 'all',
    first: 'a',
    offset: 0,
    limit: 9,
  });
  assert.deepEqual(
    rows.map(({ sampleId, sample }) => [sampleId, sample === null]),
    [
      [1, false],
      [2, true],
    ],
  );
  const teacher = { ...wish, b: 'teacher' } as const;
  assert.equal((await call('compare.run', teacher)).comparison.iou, null);
  await assert.rejects(call('compare.run', { ...teacher, against: 'reviewed' }), {
    code: 'bad_input',
    message: /accepted labels were made from the teacher's map/,
  });
});

test('why there is nothing to compare: no model yet, no prediction yet, nothing known, one side twice', async (t) => {
  const made = await comparedProject(t, 2);
  const none = await (await start(t, { project: await testProject(t, 2) })).call('compare.sides', {});
  assert.deepEqual([none.sides, none.samples], [[], 2]);
  assert.match(none.problem!.message, /no model has labelled the project yet/);
  const { call } = await start(t, made);
  const wish = { slot: 'page', a: 'own', b: made.rpnId, against: 'corrected', over: null } as const;
  await assert.rejects(call('compare.run', wish), {
    code: 'bad_input',
    message: 'no sample was labelled with the model as it is',
  });
  made.predictBoth(1, GOOD, BAD);
  await assert.rejects(call('compare.run', wish), { code: 'bad_input', message: /1 nothing known/ });
  await assert.rejects(call('compare.run', { ...wish, b: 'own' }), { message: /both sides .* are the same/ });
  await assert.rejects(call('compare.run', { ...wish, b: 77 }), { code: 'not_found' });
});

test('a later comparison of a page ends the one before; a project that is closed ends both, and its thread', async (t) => {
  const made = await comparedProject(t, 3);
  for (const id of [1, 2, 3]) {
    made.predictBoth(id, HALF, GOOD);
    made.correct(id);
  }
  const { call, close } = await start(t, made);
  const wish = { slot: 'page', a: 'own', b: made.rpnId, against: 'corrected', over: 'all' } as const;
  const first = call('compare.run', wish);
  const second = call('compare.run', { ...wish, against: 'reviewed' });
  await assert.rejects(first, { code: 'cancelled' });
  assert.equal((await second).comparison.against, 'reviewed');
  const last = call('compare.run', wish);
  const ended = assert.rejects(last, { code: 'cancelled' });
  await close();
  await ended;
});
