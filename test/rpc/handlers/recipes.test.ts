/** Recipes and heads through the contract: preview, apply, undo; presets; every head's map. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { float16FromBytes } from '../../../src-shared/kernels/float16.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { type BackendCalls, callsOf } from '../../support/backend-calls.ts';
import {
  FAKE_GRID,
  type FakeBehaviour,
  type FakeEngine,
  fakeEngine,
  fakeHeadMap,
} from '../../support/fake-engine.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { standInResources } from '../../support/scenes.ts';

interface Harness extends BackendCalls {
  readonly engine: FakeEngine;
  /** Resolves when no job is under way. */
  settled(): Promise<void>;
}

/** A labelled demo project of three samples; `behave` says what the engine does from then on. */
async function start(t: TestContext, behave: FakeBehaviour = () => {}): Promise<Harness> {
  const dir = temporaryDir(t);
  const resources = { ...(await standInResources(dir)), userPresetsDir: join(dir, 'own') };
  let labelled = false;
  const engine = fakeEngine((request, signal) => (labelled ? behave(request, signal) : undefined));
  const backend = await createBackend({
    engine,
    projectPath: null,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources,
    demoProjectDir: join(dir, 'demo-project'),
  });
  t.after(() => backend.dispose());
  const { heard, call } = callsOf(backend);
  const settled = async (): Promise<void> => {
    while ((await call('jobs.list', {})).some(({ state }) => state === 'queued' || state === 'running')) {
      await delay(5);
    }
  };
  await call('project.demo', { dir: null });
  await settled();
  labelled = true;
  return { engine, heard, call, settled };
}

test('preview, apply to the project, undo: nobody is asked anything, and opening the demo again labels nothing', async (t) => {
  const { call, settled, engine, heard } = await start(t);
  const { runs, activeRunId } = await call('project.summary', {});
  const { preset, id: runId } = runs[0]!;
  const wish = {
    runId,
    labels: { ...preset.labels, binaryCoff: 0.9, maxRatioLimit: 1 },
    roi: preset.roi,
    filter: null,
  };
  const preview = await call('recipes.preview', { ...wish, after: 0 });
  assert.deepEqual([preview.samples, preview.reviewed, preview.looked, preview.next], [3, 0, 3, null]);
  const asked = engine.asked.length;
  const applied = await call('recipes.apply', wish);
  assert.equal(applied.job.type, 'relabel');
  await settled();
  const after = await call('project.summary', {});
  assert.equal(after.activeRunId, applied.runId);
  assert.equal(after.runs.find(({ id }) => id === applied.runId)?.preset.id, `${preset.id}.v2`);
  assert.equal((await call('samples.get', { id: 1 })).prediction?.runId, applied.runId);
  assert.ok(heard.some(({ name }) => name === 'samples.changed'));
  await call('project.demo', { dir: null });
  await settled();
  assert.equal(engine.asked.length, asked);
  assert.equal((await call('project.summary', {})).activeRunId, applied.runId);

  assert.equal((await call('runs.takeBack', { runId: applied.runId })).changed, 3);
  assert.equal((await call('project.summary', {})).activeRunId, activeRunId);
  assert.equal((await call('samples.get', { id: 1 })).prediction?.runId, runId);
});

test('what drops samples is measured over a run, and follows the thresholds that decide it', async (t) => {
  const { call } = await start(t);
  const { runs } = await call('project.summary', {});
  const { preset, id: runId } = runs[0]!;
  const { labels } = preset;
  const stored = await call('recipes.spread', { runId, labels });
  assert.deepEqual([stored.labelled, stored.areas.length, stored.maxima.length], [3, 3, 3]);
  assert.ok(stored.areas.every((area) => area > 0 && area <= 1));
  const preview = await call('recipes.preview', {
    runId,
    labels: { ...labels, maxRatioLimit: 1 },
    roi: preset.roi,
    filter: null,
    after: 0,
  });
  assert.equal(preview.looked, 3);
  const limits = { ...labels, maxRatioLimit: 0.01, minMax: 0.4 };
  assert.deepEqual(
    await call('recipes.spread', { runId, labels: limits }),
    stored,
    'limits cut it, and do not make it',
  );
  const strict = await call('recipes.spread', { runId, labels: { ...labels, binaryCoff: 0.99 } });
  assert.ok(strict.areas.every((area, i) => area <= stored.areas[i]!));
  assert.notDeepEqual(strict.areas, stored.areas);
  await assert.rejects(call('recipes.spread', { runId: 99, labels }), { code: 'not_found' });
  const other = labels.variant === 'qwen' ? 'llava' : 'qwen';
  await assert.rejects(call('recipes.spread', { runId, labels: { ...labels, variant: other } }), {
    code: 'bad_input',
  });
});

test('applying to a filter leaves the others, and a decision between preview and job is left alone', async (t) => {
  const { call, settled } = await start(t);
  const { runs } = await call('project.summary', {});
  const { preset, id: runId } = runs[0]!;
  const detail = await call('samples.get', { id: 2 });
  await call('reviews.submit', {
    sampleId: 2,
    predictionId: detail.prediction!.id,
    decision: 'accept',
    label: null,
    basedOn: null,
    reviewer: 'ann',
    note: null,
  });
  const labels = { ...preset.labels, binaryCoff: 0.9 };
  const filter = { ...NO_FILTER, ids: [1, 2] };
  const { runId: made } = await call('recipes.apply', { runId, labels, roi: preset.roi, filter });
  await settled();
  const shown = await Promise.all(
    [1, 2, 3].map(async (id) => (await call('samples.get', { id })).prediction?.runId),
  );
  assert.deepEqual(shown, [made, runId, runId]);
  assert.equal((await call('project.summary', {})).activeRunId, runId);
  await assert.rejects(
    call('recipes.apply', { runId, labels: { ...labels, variant: 'qwen' }, roi: preset.roi, filter }),
    { code: 'bad_input' },
  );
  await assert.rejects(call('recipes.preview', { runId: 99, labels, roi: preset.roi, filter, after: 0 }), {
    code: 'not_found',
  });
});

test('a saved preset is listed, and labels', async (t) => {
  const { call, settled, engine } = await start(t);
  const [run] = (await call('project.summary', {})).runs;
  const mine = { ...run!.preset, id: 'mine', name: 'Mine', grounding: [{ layer: 2, heads: [1, 3] }] };
  assert.deepEqual(await call('presets.save', { preset: mine, replace: false }), mine);
  await assert.rejects(call('presets.save', { preset: mine, replace: false }), { code: 'conflict' });
  assert.ok((await call('presets.list', {})).some(({ id }) => id === 'mine'));
  const asked = engine.asked.length;
  await call('jobs.label', { modelDir: null, presetId: 'mine', answerMode: 'self', limit: null });
  await settled();
  assert.deepEqual(
    engine.asked.slice(asked).map(({ preset }) => preset.id),
    ['mine', 'mine', 'mine'],
  );
});

test('the heads of a sample come layer by layer, are kept, and cost the engine one question', async (t) => {
  const { call, engine, heard } = await start(t);
  const predictionId = (await call('samples.get', { id: 1 })).prediction!.id;
  const asked = engine.asked.length;
  const all = await call('analysis.heads', { slot: 'page', predictionId, layers: 'all' });
  assert.deepEqual([all.layers, all.heads, all.grid], [[0, 1, 2, 3, 4, 5], 4, [...FAKE_GRID]]);
  const bits = float16FromBytes(all.data);
  const cells = FAKE_GRID[0] * FAKE_GRID[1];
  for (let layer = 0; layer < 6; layer++) {
    for (let head = 0; head < 4; head++) {
      const at = (layer * 4 + head) * cells;
      assert.deepEqual(bits.slice(at, at + cells), fakeHeadMap(layer, head));
    }
  }
  assert.ok(heard.some(({ name }) => name === 'analysis.progress'));
  assert.deepEqual(await call('analysis.heads', { slot: 'page', predictionId, layers: 'all' }), all);
  assert.equal(engine.asked.length, asked + 1);
  const { want } = engine.asked[asked]!;
  assert.deepEqual([want.rpn, want.secondStage, want.questionMap], [false, false, false]);
  const [run] = (await call('project.summary', {})).runs;
  const tapped = [...run!.preset.grounding, ...(run!.preset.sink ?? [])].map(({ layer }) => layer);
  const few = await call('analysis.heads', { slot: 'page', predictionId, layers: 'recipe' });
  assert.deepEqual(
    few.layers,
    [...new Set(tapped)].sort((a, b) => a - b),
  );
});

test('a newer question for heads replaces the older one of the same page, and can be cancelled', async (t) => {
  const { call } = await start(
    t,
    (_request, signal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 30);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(Object.assign(new Error('stopped'), { code: 'cancelled' }));
        });
      }),
  );
  const ids = await Promise.all([1, 2].map(async (id) => (await call('samples.get', { id })).prediction!.id));
  const heads = (predictionId: number, slot: string) =>
    call('analysis.heads', { slot, predictionId, layers: 'all' });
  const first = assert.rejects(heads(ids[0]!, 'a'));
  await delay(5);
  const second = heads(ids[1]!, 'a');
  const other = assert.rejects(heads(ids[0]!, 'b'));
  await delay(5);
  await call('analysis.cancel', { slot: 'b' });
  await Promise.all([first, other]);
  assert.equal((await second).predictionId, ids[1]);
});
