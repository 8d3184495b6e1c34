/** Trying things on a sample through the contract: tokens, another question and keeping it, the causal check. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Backend, createBackend } from '../../../src-main/rpc/backend.ts';
import { type BackendCalls, callsOf } from '../../support/backend-calls.ts';
import { type FakeBehaviour, type FakeEngine, fakeEngine, fakeOutcome } from '../../support/fake-engine.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { standInResources } from '../../support/scenes.ts';

interface Harness extends BackendCalls {
  readonly backend: Backend;
  readonly engine: FakeEngine;
  readonly dir: string;
  /** Of the first sample. */
  readonly predictionId: number;
  /** Another backend on the same project, as after a restart. */
  reopen(): Promise<Backend>;
}

/** A labelled demo project; `behave` says what happens once labelling is over. */
async function start(t: TestContext, behave: FakeBehaviour = () => {}): Promise<Harness> {
  const dir = temporaryDir(t);
  const resources = await standInResources(dir);
  let labelled = false;
  const engine = fakeEngine((request, signal) => (labelled ? behave(request, signal) : undefined));
  const options = {
    engine,
    host: 'test' as const,
    version: '1',
    reviewer: 'ann',
    resources,
    demoProjectDir: join(dir, 'demo-project'),
  };
  const open = async (projectPath: string | null): Promise<Backend> => {
    const backend = await createBackend({ ...options, projectPath });
    t.after(() => backend.dispose());
    return backend;
  };
  const backend = await open(null);
  const { heard, call } = callsOf(backend);
  await call('project.demo', { dir: null });
  while ((await call('jobs.list', {}))[0]?.state !== 'done') await delay(5);
  labelled = true;
  const { prediction } = await call('samples.get', { id: 1 });
  assert.ok(prediction);
  const reopen = async (): Promise<Backend> => {
    await backend.dispose();
    return open(options.demoProjectDir);
  };
  return { backend, engine, dir, heard, predictionId: prediction.id, call, reopen };
}

/** Ends when it is cancelled, and only then. */
const forever: FakeBehaviour = (_, signal) =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(new FoveaError('cancelled', 'stopped'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
  });

test('tokens are those of the stored question and answer, under the run that made them', async (t) => {
  const { call, engine, predictionId } = await start(t);
  const view = await call('inspect.tokens', { slot: 'a', predictionId });
  const [asked] = engine.inspected;
  assert.ok(asked && 'answerTokens' in asked);
  assert.deepEqual([asked.answerTokens, asked.answerMode, asked.preset.id], [[1, 2, 3], 'self', 'demo']);
  const { question } = await call('samples.get', { id: 1 });
  assert.equal(asked.question, question);
  const answer = view.tokens.filter(({ role }) => role === 'answer');
  assert.deepEqual(
    answer.map(({ map }) => map?.length ?? null),
    [40, 40, null],
  );
  assert.deepEqual([...(view.tokens[1]?.map?.subarray(0, 2) ?? [])], [1, 0x20], 'little-endian float16');
  await assert.rejects(call('inspect.tokens', { slot: 'a', predictionId: 99 }), { code: 'not_found' });
});

test('a crop is looked at again: a drawn box is only shown, a missing second answer is kept', async (t) => {
  const { call, engine, predictionId, heard } = await start(t);
  const before = (await call('samples.get', { id: 1 })).prediction!;
  const drawn = await call('inspect.crop', { slot: 'a', predictionId, box: [1, 2, 9, 9] });
  assert.deepEqual([drawn.kept, drawn.secondStage.crop, drawn.secondStage.from], [false, [1, 2, 9, 9], null]);
  const own = await call('inspect.crop', { slot: 'a', predictionId, box: null });
  assert.equal(own.kept, false, 'it has a second answer, which stays');
  assert.deepEqual((await call('samples.get', { id: 1 })).prediction, before);

  const { id: runId, preset } = (await call('project.summary', {})).runs[0]!;
  const labels = { ...preset.labels, binaryCoff: 0.9, maxRatioLimit: 1 };
  const roi = { ...preset.roi, threshold: preset.roi.threshold / 2 };
  await call('recipes.apply', { runId, labels, roi, filter: null });
  while ((await call('jobs.list', {})).some(({ state }) => state === 'queued' || state === 'running'))
    await delay(5);
  const relabelled = (await call('samples.get', { id: 1 })).prediction!;
  assert.equal(relabelled.secondStage, null);
  heard.length = 0;
  const made = await call('inspect.crop', { slot: 'a', predictionId: relabelled.id, box: null });
  assert.equal(made.kept, true);
  assert.equal(engine.looked.at(-1)?.preset.roi.threshold, roi.threshold);
  assert.deepEqual((await call('samples.get', { id: 1 })).prediction?.secondStage, made.secondStage);
  assert.ok(
    heard.some(
      ({ name, payload }) => name === 'sample.changed' && (payload as { sampleId: number }).sampleId === 1,
    ),
  );
});

test('relabelling can answer again where the crop changes, and only there', async (t) => {
  const { call, engine } = await start(t);
  const { id: runId, preset } = (await call('project.summary', {})).runs[0]!;
  const finish = async (): Promise<void> => {
    while ((await call('jobs.list', {})).some(({ state }) => state === 'queued' || state === 'running'))
      await delay(5);
  };
  const same = { runId, labels: { ...preset.labels, bgCoff: 0.05 }, roi: preset.roi, filter: null };
  await call('recipes.apply', { ...same, answerAgain: true });
  await finish();
  assert.equal(engine.looked.length, 0, 'the crop is as it was');
  const roi = { ...preset.roi, threshold: preset.roi.threshold / 2 };
  const applied = await call('recipes.apply', { ...same, roi, answerAgain: true });
  await finish();
  assert.equal((await call('jobs.list', {})).find(({ id }) => id === applied.job.id)?.failed, 0);
  for (const id of [1, 2, 3]) {
    const { prediction } = await call('samples.get', { id });
    assert.equal(prediction?.runId, applied.runId);
    assert.match(prediction.secondStage?.answer ?? '', /^closer at/);
  }
  assert.equal(engine.looked.length, 3);
});

test('the newest call of a kind wins, other pages and kinds go on, and a page can cancel', async (t) => {
  let blocked = true;
  const { call, engine, predictionId } = await start(t, (request, signal) =>
    blocked ? forever(request, signal) : undefined,
  );
  const settled = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'done',
      (thrown: unknown) => FoveaError.from(thrown).code,
    );
  const first = settled(call('inspect.tokens', { slot: 'a', predictionId }));
  const elsewhere = settled(call('inspect.tokens', { slot: 'b', predictionId }));
  const otherKind = settled(call('inspect.causal', { slot: 'a', predictionId, box: [1, 1, 5, 5], seed: 0 }));
  while (engine.inspected.length < 3) await delay(5);
  blocked = false;
  assert.equal(await settled(call('inspect.tokens', { slot: 'a', predictionId })), 'done');
  assert.equal(await first, 'cancelled');
  await call('inspect.cancel', { slot: 'b', kind: 'tokens' });
  await call('inspect.cancel', { slot: 'a', kind: 'causal' });
  await call('inspect.cancel', { slot: 'nobody', kind: 'ask' });
  assert.deepEqual(await Promise.all([elsewhere, otherKind]), ['cancelled', 'cancelled']);
});

test('closing the project ends what is being tried', async (t) => {
  const { call, engine, backend, predictionId } = await start(t, forever);
  const tried = assert.rejects(call('inspect.tokens', { slot: 'a', predictionId }), { code: 'cancelled' });
  while (engine.inspected.length < 1) await delay(5);
  await backend.dispose();
  await tried;
});

test('11-B15: a causal check scores the region against eight boxes elsewhere, and tells how far it is', async (t) => {
  const { call, engine, heard, predictionId } = await start(t);
  const wish = { slot: 'a', predictionId, box: [1, 1, 5, 5] as [number, number, number, number] };
  const check = await call('inspect.causal', { ...wish, seed: 7 });
  assert.deepEqual(
    check.variants.map(({ name }) => name),
    ['whole', 'hidden', 'only', 'controlOnly'],
  );
  assert.equal(new Set(check.controls.map(({ box }) => box.join())).size, 8);
  for (const { box } of check.controls) {
    const [x0, y0, x1, y1] = box;
    assert.deepEqual([x1 - x0, y1 - y0], [4, 4]);
    assert.ok(x0 >= 5 || y0 >= 5 || x1 <= 1 || y1 <= 1, 'it lies elsewhere');
  }
  const said = new Map(check.variants.map(({ name, answer, logProb }) => [name, { answer, logProb }]));
  assert.equal(said.get('hidden')?.answer, 'another answer');
  assert.ok(Math.abs(said.get('whole')!.logProb! - -0.3) < 1e-9, 'the sum over three tokens');
  assert.equal(said.get('hidden')?.logProb, -12);
  assert.deepEqual(check.effect?.kind, 'depends');
  assert.equal(check.effect?.rank, 1);
  assert.deepEqual(check.fill, { colour: [122, 116, 104], source: 'padding' });
  const asked = engine.inspected.flatMap((request) => ('edit' in request ? [request] : []));
  assert.deepEqual(
    asked.map(({ edit, generate }) => [edit?.kind ?? null, generate]),
    [[null, true], ['hide', true], ['keep', true], ['keep', true], ...Array(8).fill(['hide', false])],
    'nothing is generated for a control',
  );
  assert.deepEqual(asked[1]!.edit, { kind: 'hide', box: [1, 1, 5, 5] });
  const progress = heard.filter(({ name }) => name === 'inspect.progress').map(({ payload }) => payload);
  assert.deepEqual(
    progress,
    Array.from({ length: 13 }, (_, done) => ({ slot: 'a', done, total: 12 })),
  );
  const boxes = ({ controls }: typeof check) => controls.map(({ box }) => box);
  assert.deepEqual(boxes(await call('inspect.causal', { ...wish, seed: 7 })), boxes(check));
  assert.notDeepEqual(boxes(await call('inspect.causal', { ...wish, seed: 8 })), boxes(check));
});

test('a region too large for control boxes gets no verdict; one outside of the picture is refused', async (t) => {
  const { call, predictionId } = await start(t);
  const whole = await call('inspect.causal', { slot: 'a', predictionId, box: [0, 0, 30, 20], seed: 0 });
  assert.deepEqual([whole.controls, whole.variants.length, whole.effect?.kind], [[], 3, 'few_controls']);
  for (const box of [
    [0, 0, 31, 20],
    [4, 4, 4, 8],
  ] as [number, number, number, number][]) {
    const wrong = call('inspect.causal', { slot: 'a', predictionId, box, seed: 0 });
    await assert.rejects(wrong, { code: 'bad_input' });
  }
});

test('an engine that dies once during a check costs nothing; one that dies of it is reported', async (t) => {
  let deaths = 1;
  const { call, predictionId } = await start(t, (request) => {
    const controls = 'edit' in request && request.edit?.kind === 'hide';
    if (controls && deaths-- > 0) throw new FoveaError('engine_died', 'gone');
  });
  const wish = { slot: 'a', predictionId, box: [1, 1, 5, 5] as [number, number, number, number], seed: 0 };
  assert.equal((await call('inspect.causal', wish)).controls.length, 8);
  deaths = 2;
  await assert.rejects(call('inspect.causal', wish), { code: 'engine_died' });
});

test('another model in the folder is refused: its numbers would stand beside those of the first', async (t) => {
  const { call, predictionId, dir } = await start(t);
  await writeFile(join(dir, 'demo', 'checkpoint', 'config.json'), '{"other":true}');
  const tried = await Promise.allSettled([
    call('inspect.tokens', { slot: 'a', predictionId }),
    call('inspect.ask', { slot: 'a', predictionId, question: 'what ?', answer: null }),
    call('inspect.causal', { slot: 'a', predictionId, box: [1, 1, 5, 5], seed: 0 }),
  ]);
  assert.deepEqual(
    tried.map((result) => (result.status === 'rejected' ? FoveaError.from(result.reason).code : 'done')),
    ['bad_checkpoint', 'bad_checkpoint', 'bad_checkpoint'],
  );
  await rm(join(dir, 'demo', 'checkpoint'), { recursive: true });
  await assert.rejects(call('inspect.tokens', { slot: 'a', predictionId }), { code: 'not_found' });
});

test('an asked question is nowhere until it is kept, then a sample with its prediction, also after a restart', async (t) => {
  const { call, engine, heard, predictionId, reopen, dir } = await start(t);
  const asked = await call('inspect.ask', {
    slot: 'a',
    predictionId,
    question: '  what else is there ? ',
    answer: null,
  });
  const expected = fakeOutcome('what else is there ?');
  assert.deepEqual([asked.question, asked.answer], ['what else is there ?', expected.answer]);
  assert.deepEqual(asked.maps.rpn?.grid, expected.maps.rpn?.grid);
  assert.deepEqual(engine.asked.at(-1)?.want, {
    questionMap: true,
    rpn: true,
    secondStage: true,
    allHeadsOf: [],
  });
  assert.equal((await call('project.summary', {})).samples, 3, 'nothing is stored yet');

  const kept = await call('inspect.keep', { askId: asked.askId, externalId: null, reviewer: 'ann' });
  assert.equal(kept.externalId, asked.suggestedId);
  assert.deepEqual(
    await call('inspect.keep', { askId: asked.askId, externalId: 'other', reviewer: 'ann' }),
    kept,
    'a second click gives the same sample',
  );
  assert.ok(heard.some(({ name }) => name === 'sample.changed'));

  const backend = await reopen();
  const detail = await backend.call('samples.get', { id: kept.sampleId });
  const beside = await backend.call('samples.get', { id: 1 });
  assert.deepEqual(
    [detail.question, detail.tags, detail.state, detail.split, detail.image.id],
    ['what else is there ?', ['asked by ann'], 'pending', beside.split, beside.image.id],
  );
  assert.equal(detail.prediction?.answer, expected.answer);
  assert.equal(detail.prediction?.runId, beside.prediction?.runId);
  const maps = await backend.call('samples.maps', { predictionId: detail.prediction!.id });
  assert.deepEqual(maps.grounding, asked.maps.raw);
  const report = await backend.call('export.start', {
    format: 'jsonl',
    path: join(dir, 'out.jsonl'),
    includeUnreviewed: true,
  });
  assert.equal(report.done, 4);
  await assert.rejects(
    backend.call('inspect.keep', { askId: asked.askId, externalId: null, reviewer: 'a' }),
    {
      code: 'not_found',
    },
  );
});

test('ids stay unique, the same question is not kept twice, and a refusal writes nothing', async (t) => {
  const { call, predictionId } = await start(t);
  const ask = (question: string) => call('inspect.ask', { slot: 'a', predictionId, question, answer: null });
  const keep = ({ askId }: { askId: string }, externalId: string | null) =>
    call('inspect.keep', { askId, externalId, reviewer: 'ann' });
  const [one, two, twin] = [await ask('one ?'), await ask('two ?'), await ask('one ?')];
  const { externalId } = await keep(one, null);
  await assert.rejects(keep(twin, null), { code: 'conflict' });
  await assert.rejects(keep(two, externalId), { code: 'conflict' });
  assert.equal((await call('project.summary', {})).samples, 4);
  const second = await keep(two, null);
  assert.match(second.externalId, /-asked-2$/);
  const known = (await call('samples.get', { id: 2 })).question;
  await assert.doesNotReject(
    ask(known).then((asked) => keep(asked, null)),
    'the same words about another picture',
  );
  // Asked beside a kept sample the stem stays.
  const { prediction } = await call('samples.get', { id: second.sampleId });
  const third = await call('inspect.ask', {
    slot: 'a',
    predictionId: prediction!.id,
    question: 'three ?',
    answer: null,
  });
  assert.doesNotMatch(third.suggestedId, /asked.*asked/);
});
