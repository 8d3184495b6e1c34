import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CODES } from '../../../src-shared/contract/errors.ts';
import { projectKey } from '../../../src-shared/contract/domain.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { type Backend, createBackend } from '../../../src-main/rpc/backend.ts';
import { type BackendCalls, callsOf } from '../../support/backend-calls.ts';
import { type FakeEngine, fakeEngine, fakeOutcome } from '../../support/fake-engine.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { standInResources } from '../../support/scenes.ts';

interface Harness extends BackendCalls {
  readonly backend: Backend;
  readonly engine: FakeEngine;
  readonly demo: string;
  readonly dir: string;
  /** Resolves when the newest job is over. */
  settled(): Promise<Job>;
}

async function start(t: TestContext, engine = fakeEngine()): Promise<Harness> {
  const dir = temporaryDir(t);
  const resources = await standInResources(dir);
  const demo = join(dir, 'demo-project');
  const backend = await createBackend({
    engine,
    projectPath: null,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources,
    demoProjectDir: demo,
  });
  t.after(() => backend.dispose());
  const { heard, call } = callsOf(backend);
  const settled = async (): Promise<Job> => {
    for (;;) {
      const [job] = await call('jobs.list', {});
      if (job && job.state !== 'queued' && job.state !== 'running') return job;
      await delay(5);
    }
  };
  return { backend, engine, demo, dir, heard, call, settled };
}

const everything = { filter: {}, offset: 0, limit: 100 };

test('the demo is made whole, labelled, and opened again as it is', async (t) => {
  const { call, demo, settled, engine, heard, dir } = await start(t);
  await assert.rejects(call('project.summary', {}), { code: 'not_found' });
  assert.equal((await call('app.info', {})).projectPath, null);
  const summary = await call('project.demo', { dir: null });
  assert.deepEqual([summary.path, summary.samples, summary.images], [demo, 3, 3]);
  assert.deepEqual([summary.languages, summary.splits], [['en', 'fr'], ['demo']]);
  assert.deepEqual([(await settled()).state, engine.asked.length], ['done', 3]);
  assert.equal((await call('project.summary', {})).byState.pending, 3);
  await call('project.demo', { dir: demo });
  assert.equal((await call('jobs.list', {})).length, 1);
  // Several are in flight: which one's picture is read first is up to the disk.
  assert.deepEqual(
    engine.asked.map(({ imagePath, answer }) => [imagePath, answer]).sort(),
    [1, 2, 3].map((n) => [join(demo, `images/${n}.png`), null]),
  );
  assert.ok(!(await readdir(dir)).some((name) => name.endsWith('.tmp')));
  const names = new Set(heard.map((event) => event.name));
  assert.deepEqual([...names].sort(), [
    'job.changed',
    'project.changed',
    'project.remembered',
    'sample.changed',
  ]);
  assert.deepEqual((await call('app.info', {})).projectPath, demo);
});

test('samples, maps and pictures as the page needs them', async (t) => {
  const { call, settled, backend, demo } = await start(t);
  await call('project.demo', { dir: null });
  await settled();
  const { total, rows } = await call('samples.list', everything);
  assert.equal(total, 3);
  const detail = await call('samples.get', { id: rows[1].id });
  const expected = fakeOutcome(detail.question);
  assert.deepEqual(detail.truthBoxes, [[1, 2, 3, 4]]);
  assert.deepEqual([detail.referenceAnswer, detail.image.width, detail.image.height], ['22', 30, 20]);
  assert.deepEqual(new Int8Array(detail.prediction!.label), expected.labels);
  const maps = await call('samples.maps', { predictionId: detail.prediction!.id });
  const { bits, ...place } = expected.maps.rpn!;
  assert.deepEqual(maps.rpn, { ...place, data: new Uint8Array(bits.buffer) });
  assert.deepEqual(maps.grounding?.grid, [4, 5]);
  assert.equal(maps.sink, null);
  assert.deepEqual(await backend.imageFile(detail.image.id), {
    path: join(demo, 'images/2.png'),
    mime: 'image/png',
  });
  assert.equal(await backend.imageFile(99), null);
  await writeFile(join(demo, 'images/2.png'), 'no picture');
  assert.equal(await backend.imageFile(detail.image.id), null);
  assert.deepEqual(await call('samples.position', { filter: { text: 'TAG 3' }, id: 3 }), { position: 0 });
  assert.deepEqual(await call('samples.position', { filter: { languages: ['fr'] }, id: 3 }), {
    position: null,
  });
  await assert.rejects(call('samples.get', { id: 99 }), { code: 'not_found' });
});

test('decisions: accept, correct, undo, conflict, history', async (t) => {
  const { call, settled, heard } = await start(t);
  await call('project.demo', { dir: null });
  await settled();
  const { prediction } = await call('samples.get', { id: 1 });
  const submit = (
    decision: 'accept' | 'correct' | 'reject' | 'reset',
    label: Uint8Array | null,
    basedOn: number | null,
  ) =>
    call('reviews.submit', {
      sampleId: 1,
      predictionId: prediction!.id,
      decision,
      label: label && new Uint8Array(label),
      basedOn,
      reviewer: 'ann',
      note: null,
    });
  const accepted = await submit('accept', null, null);
  assert.deepEqual([accepted.state, accepted.review.label], ['accepted', prediction!.label]);
  await assert.rejects(submit('reject', null, null), { code: 'conflict' });
  const corrected = await submit('correct', new Uint8Array(20).fill(1), accepted.review.id);
  assert.equal(corrected.state, 'corrected');
  const reset = await submit('reset', null, corrected.review.id);
  assert.equal(reset.state, 'pending');
  assert.equal((await call('samples.get', { id: 1 })).review, null);
  await assert.rejects(submit('reject', null, null), { code: 'conflict' });
  assert.equal((await submit('reject', null, reset.review.id)).state, 'rejected');
  assert.deepEqual(
    (await call('reviews.history', { sampleId: 1 })).map((review) => review.decision),
    ['accept', 'correct', 'reset', 'reject'],
  );
  const changes = heard.filter((event) => event.name === 'sample.changed').slice(-4);
  assert.deepEqual(
    changes.map((event) => (event.payload as { state: string }).state),
    ['accepted', 'corrected', 'pending', 'rejected'],
  );
  for (const bad of [new Uint8Array(19), new Uint8Array(20).fill(7)]) {
    await assert.rejects(submit('correct', bad, 4), { code: 'bad_input' });
  }
  await assert.rejects(call('reviews.history', { sampleId: 99 }), { code: 'not_found' });
});

test('a job can be cancelled, and goes on at the next start when the backend stops', async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const engine = fakeEngine(async (_request, signal) => {
    await Promise.race([gate, new Promise((resolve) => signal?.addEventListener('abort', resolve))]);
  });
  const { call, backend, demo, dir, settled } = await start(t, engine);
  await call('project.demo', { dir: null });
  const queued = await call('jobs.label', {
    modelDir: null,
    presetId: 'demo',
    answerMode: 'teacher',
    limit: 2,
  });
  assert.equal(queued.state, 'queued');
  assert.equal((await call('jobs.cancel', { id: queued.id })).state, 'cancelled');
  await backend.dispose();
  release();
  const next = await createBackend({
    engine: fakeEngine(),
    projectPath: demo,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: { demoDir: join(dir, 'demo'), presetsDir: join(dir, 'presets'), userPresetsDir: null },
  });
  t.after(() => next.dispose());
  for (;;) {
    const jobs = await next.call('jobs.list', {});
    const first = jobs.find((job) => job.id === 1)!;
    if (first.state === 'done') break;
    assert.ok(first.state === 'queued' || first.state === 'running');
    await delay(5);
  }
  await assert.rejects(settled, { code: 'not_found' });
});

test('import and export through the page', async (t) => {
  const { call, settled, demo, dir } = await start(t);
  await call('project.demo', { dir: null });
  await settled();
  await rename(join(dir, 'demo/scenes/project/questions.jsonl'), join(demo, 'more.jsonl'));
  const source = { imagesDir: demo, questionsFile: join(demo, 'more.jsonl') };
  assert.deepEqual(await call('import.start', source), {
    added: 0,
    updated: 0,
    skipped: 3,
    failed: 0,
    labelled: 0,
    failures: [],
    notes: [],
    copies: { groups: [], pictures: 0, uncompared: 0 },
  });
  await writeFile(
    source.questionsFile,
    [
      '{"question_id":"n1","image":"images/1.png","text":"new"}',
      'rubbish',
      '{"question_id":"n2","image":"gone.png","text":"x"}',
    ].join('\n'),
  );
  const { failures, notes, copies, ...counts } = await call('import.start', source);
  // The pictures of this file are drawn alike.
  const groups = [['images/1.png', 'images/2.png', 'images/3.png']];
  assert.deepEqual(copies, { pictures: 1, groups, uncompared: 0 });
  assert.deepEqual([counts, notes], [{ added: 1, updated: 0, skipped: 0, failed: 2, labelled: 0 }, []]);
  assert.deepEqual(
    failures.map(({ count, places }) => [count, places[0].line]),
    [
      [1, 2],
      [1, 3],
    ],
  );
  assert.equal(failures[1].places[0].value, '"gone.png"');
  const { review } = await call('reviews.submit', {
    sampleId: 2,
    predictionId: null,
    decision: 'correct',
    label: Uint8Array.from({ length: 20 }, (_, i) => (i === 7 ? 1 : 0)),
    basedOn: null,
    reviewer: 'ann',
    note: null,
  });
  assert.equal(review.id, 1);
  const path = join(dir, 'out.jsonl');
  const report = await call('export.start', { format: 'jsonl', path, includeUnreviewed: false });
  assert.deepEqual([report.done, report.path], [1, path]);
  assert.equal((await readFile(path, 'utf8')).trim().split('\n').length, 1);
  await assert.rejects(
    call('export.start', {
      format: 'jsonl',
      path: join(dir, 'no/such/dir/out.jsonl'),
      includeUnreviewed: false,
    }),
    (error: { code: string }) => ERROR_CODES.includes(error.code as 'io') && error.code !== 'internal',
  );
});

test('import and export tell how far they are; cancelled, they leave nothing behind', async (t) => {
  const { call, backend, heard, settled, demo, dir } = await start(t);
  await call('project.demo', { dir: null });
  await settled();
  const questionsFile = join(demo, 'many.jsonl');
  const lines = Array.from(
    { length: 3000 },
    (_, n) => `{"question_id":"m${n}","image":"images/1.png","text":"new ${n}"}`,
  );
  await writeFile(questionsFile, lines.join('\n'));
  const stop = backend.subscribe((name, payload) => {
    if (name !== 'exchange.progress' || (payload as { done: number }).done === 0) return;
    void call('exchange.cancel', { slot: 'a-import' });
  });
  const source = { imagesDir: demo, questionsFile };
  // Scores of the labels may tell so too, before.
  heard.length = 0;
  await assert.rejects(call('import.start', { ...source, slot: 'a-import' }), { code: 'cancelled' });
  stop();
  const forgotten = (): boolean => heard.some(({ name }) => name === 'samples.changed');
  for (let i = 0; i < 250 && !forgotten(); i++) await new Promise((next) => setTimeout(next, 20));
  assert.ok(forgotten(), 'pages forget what was taken back');
  const told = heard.filter(({ name }) => name === 'exchange.progress');
  assert.deepEqual(told[0]?.payload, { slot: 'a-import', done: 0, total: 3000 });
  assert.equal((await call('project.summary', {})).samples, 3);

  const path = join(dir, 'all.jsonl');
  const wish = { format: 'jsonl', path, includeUnreviewed: true } as const;
  const exporting = call('export.start', { ...wish, slot: 'a-export' });
  await call('exchange.cancel', { slot: 'a-export' });
  await assert.rejects(exporting, { code: 'cancelled' });
  assert.equal(existsSync(path), false);
  await call('exchange.cancel', { slot: 'nobody' });
  assert.equal((await call('export.start', { ...wish, slot: 'a-export' })).done, 3);
});

test('another run can be shown; presets are listed; a bad project leaves the open one open', async (t) => {
  const { call, settled, dir, demo } = await start(t);
  await call('project.demo', { dir: null });
  await settled();
  await call('jobs.label', { modelDir: null, presetId: null, answerMode: 'teacher', limit: 1 });
  await settled();
  const summary = await call('project.summary', {});
  assert.deepEqual([summary.runs.length, summary.activeRunId, summary.byState.unlabelled], [2, 2, 0]);
  const back = await call('project.setActiveRun', { runId: 1 });
  assert.deepEqual([back.activeRunId, back.byState.pending], [1, 3]);
  await assert.rejects(call('project.setActiveRun', { runId: 9 }), { code: 'not_found' });
  assert.deepEqual(
    (await call('presets.list', {})).map((preset) => preset.id),
    ['demo'],
  );
  await assert.rejects(call('project.open', { path: join(dir, 'nowhere') }), { code: 'not_found' });
  assert.equal((await call('app.info', {})).projectPath, demo);
  assert.equal((await call('project.open', { path: demo })).samples, 3);
  await assert.rejects(call('samples.list', { filter: {}, offset: -1, limit: 9 }), { code: 'bad_input' });
});

test('a demo that cannot be made leaves nothing behind', async (t) => {
  const { call, demo, dir } = await start(t);
  await writeFile(join(dir, 'demo/scenes/project/images/2.png'), '');
  await assert.rejects(call('project.demo', { dir: null }), { code: 'bad_input' });
  assert.ok(!existsSync(demo));
  assert.deepEqual(
    (await readdir(dir)).filter((name) => name.startsWith('.')),
    [],
  );
});

test('what is meant for one project is not written to another that was opened meanwhile, nor to its copy', async (t) => {
  const { call, settled, backend, demo, dir } = await start(t);
  const shown = projectKey(await call('project.demo', { dir: null }));
  await settled();
  const copy = join(dir, 'copy');
  await cp(demo, copy, { recursive: true });
  const decision = {
    sampleId: 1,
    predictionId: null,
    decision: 'reject',
    label: null,
    note: null,
    basedOn: null,
    reviewer: 'ann',
  };
  const submit = (project: string | null) => backend.call('reviews.submit', decision, project);
  await call('project.open', { path: copy });
  await assert.rejects(submit(shown), { code: 'other_project', next: /is kept/ });
  assert.deepEqual(await call('reviews.history', { sampleId: 1 }), []);
  const { samples } = await call('project.summary', {});
  const wish = { of: 'samples', filter: {}, ids: [1] };
  for (const [name, input] of [
    ['removal.start', { wish }],
    ['project.setActiveRun', { runId: 1 }],
    ['jobs.cancel', { id: 1 }],
  ] as const) {
    await assert.rejects(backend.call(name, input, shown), { code: 'other_project' }, name);
  }
  assert.equal((await call('project.summary', {})).samples, samples);
  await call('project.open', { path: demo });
  await submit(shown);
  assert.equal((await call('reviews.history', { sampleId: 1 })).length, 1);
});
