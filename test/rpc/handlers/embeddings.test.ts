/** What is like a picture, near-duplicates and the plane, through the contract, on a project that the fake engine labelled. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { NO_FILTER, POINT_STATES } from '../../../src-shared/contract/procedures.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { embeddedProject } from '../../support/embedded-project.ts';
import { standInResources } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** Enough for the middle to be taken; `a`, `b`, `c` and the copies are near-duplicates. */
const NAMES = [
  ...['a-1', 'a-2', 'a-3', 'b-1', 'b-2', 'copy=b-1', 'c-1', 'twin=c-1'],
  ...Array.from({ length: 32 }, (_, i) => `z${i}`),
];

async function setUp(t: TestContext, { label = true } = {}) {
  const { project, label: run, engine, ...rest } = await embeddedProject(t, NAMES);
  if (label) await run();
  const backend = await createBackend({
    engine,
    projectPath: project.path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: await standInResources(temporaryDir(t)),
  });
  t.after(() => backend.dispose());
  return { ...callsOf(backend), project, engine, run, ...rest };
}

test('before a picture was encoded that is said, and the job encodes them', async (t) => {
  const { call, run, forgetEmbeddings } = await setUp(t, { label: false });
  const none = { model: null, pictures: 40, embedded: 0 };
  assert.deepEqual(await call('embeddings.status', {}), { ...none, refused: 'not_labelled' });
  await assert.rejects(call('embeddings.encode', {}), { code: 'bad_input' });
  assert.deepEqual(await call('embeddings.similar', { id: 1, limit: 5 }), {
    model: null,
    without: 40,
    found: null,
  });
  const plane = { slot: 's', filter: NO_FILTER, measure: null };
  await assert.rejects(call('embeddings.plane', plane), { code: 'bad_input', next: /Encode the pictures/ });
  await run(1);
  forgetEmbeddings();
  assert.deepEqual(await call('embeddings.status', {}), { ...none, refused: null });
  const job = await call('embeddings.encode', {});
  const state = async () => (await call('jobs.list', {})).find(({ id }) => id === job.id)!.state;
  while (['queued', 'running'].includes(await state())) await delay(5);
  assert.equal(await state(), 'done');
  const { model, ...counts } = await call('embeddings.status', {});
  assert.deepEqual(counts, { pictures: 40, embedded: 40, refused: null });
  assert.ok(model);
});

test('similar pictures come most alike first, copies before all; those that were not compared are counted', async (t) => {
  const { call, run } = await setUp(t, { label: false });
  await run(39);
  const { found, without } = await call('embeddings.similar', { id: 4, limit: 4 });
  assert.equal(without, 1);
  assert.deepEqual(
    found!.slice(0, 2).map(({ id, identical }) => ({ id, identical })),
    [
      { id: 6, identical: true },
      { id: 5, identical: false },
    ],
  );
  assert.equal(found!.length, 4);
  const values = found!.map(({ similarity }) => similarity);
  assert.equal(values[0], 1);
  assert.ok(values[1]! > 0.95 && values[2]! < 0.6, String(values));
  assert.deepEqual(
    [...values].sort((a, b) => b - a),
    values,
  );
  assert.equal((await call('embeddings.similar', { id: 40, limit: 4 })).found, null, 'it has none itself');
  await assert.rejects(call('embeddings.similar', { id: 99, limit: 4 }), { code: 'not_found' });
});

test('near-duplicates are groups with their pictures and samples, and lists are filtered by them', async (t) => {
  const { call, heard } = await setUp(t);
  const found = await call('embeddings.nearDuplicates', { slot: 's', threshold: 0.95 });
  assert.deepEqual(
    found.list.map(({ sampleIds, identical }) => ({ sampleIds, identical })),
    [
      { sampleIds: [1, 2, 3], identical: 0 },
      { sampleIds: [4, 5, 6], identical: 2 },
      { sampleIds: [7, 8], identical: 2 },
    ],
  );
  const { groups, pictures, samples, identical, compared, without, kept } = found;
  assert.deepEqual(
    { groups, pictures, samples, identical, compared, without, kept },
    { groups: 3, pictures: 8, samples: 8, identical: 4, compared: 40, without: 0, kept: true },
  );
  assert.equal(
    found.bars.reduce((sum, n) => sum + n, 0),
    8,
    'the others have nothing near them',
  );
  assert.equal(found.bars.at(-1)! >= 4, true, 'copies are in the last bar');
  const filter = { ...NO_FILTER, nearDuplicates: 'with' as const };
  assert.equal((await call('samples.list', { filter, offset: 0, limit: 50 })).total, 8);
  assert.equal((await call('samples.facets', { filter: NO_FILTER })).nearDuplicates, 8);
  // Copies stay whatever the threshold.
  const copies = await call('embeddings.nearDuplicates', { slot: 's', threshold: 1 });
  assert.deepEqual(
    copies.list.map(({ sampleIds }) => sampleIds),
    [
      [4, 6],
      [7, 8],
    ],
  );
  assert.equal((await call('samples.list', { filter, offset: 0, limit: 50 })).total, 4);
  await delay(600);
  assert.ok(heard.some(({ name }) => name === 'samples.changed'));
});

test('the plane has a dot for each sample of the filter, in the same place each time, near ones near', async (t) => {
  const { call } = await setUp(t);
  const ids = [1, 2, 3, 4, 5, 6, 20, 21];
  const measure = 'roiSize' as const;
  const ask = { slot: 's', filter: { ...NO_FILTER, ids }, measure };
  const plane = await call('embeddings.plane', ask);
  const { listed, without, pictures, shares } = plane;
  assert.deepEqual([listed, without, pictures], [8, 0, 8]);
  assert.deepEqual([...new Uint32Array(plane.samples.slice().buffer)], [1, 2, 3, 4, 5, 6, 20, 21]);
  const places = new Float32Array(plane.places.slice().buffer);
  assert.ok(places.every((value) => value >= 0 && value <= 1));
  const apart = (a: number, b: number): number =>
    Math.hypot(places[2 * a]! - places[2 * b]!, places[2 * a + 1]! - places[2 * b + 1]!);
  assert.equal(apart(3, 5), 0, 'copies lie on one place');
  assert.ok(apart(0, 1) < apart(0, 3) && apart(3, 4) < apart(3, 6));
  assert.ok(shares[0] >= shares[1] && shares[0] + shares[1] <= 1 + 1e-9);
  assert.deepEqual([...new Set([...plane.states].map((at) => POINT_STATES[at]))], ['pending']);
  assert.equal(plane.values!.length, 4 * 8);
  assert.deepEqual(await call('embeddings.plane', ask), plane);
  const none = await call('embeddings.plane', { ...ask, filter: { ...NO_FILTER, text: 'nothing of it' } });
  assert.deepEqual([none.listed, none.places.length], [0, 0]);
});

test('a search is ended by the next one of its page, and by a wish', async (t) => {
  const { call } = await setUp(t);
  const first = call('embeddings.nearDuplicates', { slot: 's', threshold: 0.9 });
  const second = call('embeddings.nearDuplicates', { slot: 's', threshold: 0.97 });
  await assert.rejects(first, { code: 'cancelled' });
  assert.equal((await second).threshold, 0.97);
  const third = call('embeddings.nearDuplicates', { slot: 's', threshold: 0.9 });
  await call('embeddings.stop', { slot: 's' });
  await assert.rejects(third, { code: 'cancelled' });
});
