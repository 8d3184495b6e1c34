/** Heads ranked over samples of a filter: the means are those of the maps, one by one; who says nothing is counted. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import type { Engine } from '../../../src-main/engine/protocol.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { rocAuc, truthCells } from '../../../src-shared/kernels/measures/metrics.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { FAKE_GRID, fakeEngine } from '../../support/fake-engine.ts';
import { standInResources } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const [LAYERS, HEADS] = [6, 4];
const CELLS = FAKE_GRID[0] * FAKE_GRID[1];
/** Truth of every stand-in scene. */
const BOX = [1, 2, 3, 4] as const;

/** What a head looks at while one question is asked: noise of its own. */
function mapOf(question: string, layer: number, head: number): Uint16Array {
  const noise = createHash('shake256', { outputLength: CELLS })
    .update(`${question} ${layer} ${head}`)
    .digest();
  return encodeFloat16(Float32Array.from(noise, (byte) => byte / 256));
}

async function start(
  t: TestContext,
  scenes: number,
  onLabel: (question: string, signal?: AbortSignal) => void = () => {},
) {
  const dir = temporaryDir(t);
  const resources = await standInResources(dir, scenes);
  const fake = fakeEngine();
  const engine: Engine = {
    ...fake,
    async label(request, signal) {
      const outcome = await fake.label(request, signal);
      const { allHeadsOf } = request.want;
      if (allHeadsOf.length > 0) onLabel(request.question, signal);
      if (signal?.aborted) throw new FoveaError('cancelled', 'stopped');
      const headMaps = allHeadsOf.flatMap((layer) =>
        Array.from({ length: HEADS }, (_, head) => ({
          layer,
          head,
          map: mapOf(request.question, layer, head),
        })),
      );
      return { ...outcome, headMaps };
    },
  };
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
  const calls = callsOf(backend);
  await calls.call('project.demo', { dir: null });
  while ((await calls.call('jobs.list', {}))[0]?.state !== 'done') await delay(5);
  return calls;
}

const WISH = { slot: 'a', filter: NO_FILTER, against: 'truth', samples: 100 } as const;

test('the mean of each head, and how sure it is, are those of its maps held against the known boxes', async (t) => {
  const { call } = await start(t, 5);
  const ranking = await call('analysis.rankHeads', WISH);
  assert.deepEqual([ranking.samples, ranking.listed, ranking.ended], [5, 5, 'done']);
  assert.deepEqual([ranking.layers, ranking.heads], [[0, 1, 2, 3, 4, 5], HEADS]);
  assert.deepEqual(ranking.unranked, {});
  const details = await Promise.all([1, 2, 3, 4, 5].map((id) => call('samples.get', { id })));
  for (let layer = 0; layer < LAYERS; layer++) {
    for (let head = 0; head < HEADS; head++) {
      const aucs = details.map(({ question, prediction }) => {
        const { grid, transform } = prediction!;
        const auc = rocAuc(
          decodeFloat16(mapOf(question, layer, head)),
          truthCells([[...BOX]], grid, transform),
        );
        assert.ok(auc !== null);
        return auc;
      });
      const mean = aucs.reduce((a, b) => a + b) / aucs.length;
      const variance = aucs.reduce((sum, auc) => sum + (auc - mean) ** 2, 0) / (aucs.length - 1);
      const at = layer * HEADS + head;
      assert.ok(Math.abs(ranking.auc[at]! - mean) < 1e-9);
      assert.ok(Math.abs(ranking.standardError[at]! - Math.sqrt(variance / aucs.length)) < 1e-9);
    }
  }
});

test('fewer samples are the first of the same draw, and only those of the filter', async (t) => {
  const asked: string[] = [];
  const { call } = await start(t, 8, (question) => void asked.push(question));
  const questionsOf = async (wish: object): Promise<string[]> => {
    asked.length = 0;
    await call('analysis.rankHeads', { ...WISH, ...wish });
    return [...asked];
  };
  const all = await questionsOf({});
  assert.equal(new Set(all).size, 8);
  assert.deepEqual(await questionsOf({ samples: 3 }), all.slice(0, 3));
  const french = await questionsOf({ filter: { ...NO_FILTER, languages: ['fr'] } });
  assert.deepEqual(french.toSorted(), all.filter((text) => /[2468]\?/.test(text)).toSorted());
});

test('against reviewed labels only what people stand behind counts; with none the reasons are said', async (t) => {
  const { call } = await start(t, 3);
  await assert.rejects(call('analysis.rankHeads', { ...WISH, against: 'reviewed' }), {
    code: 'bad_input',
    message: /3 of which nothing is known/,
  });
  await assert.rejects(call('analysis.rankHeads', { ...WISH, filter: { ...NO_FILTER, languages: ['zh'] } }), {
    code: 'bad_input',
    message: /lets no sample through/,
  });
  const label = new Uint8Array(CELLS).fill(0);
  label.fill(1, 0, 4);
  const { prediction } = await call('samples.get', { id: 2 });
  const decision = { sampleId: 2, predictionId: prediction!.id, decision: 'correct', label } as const;
  await call('reviews.submit', { ...decision, basedOn: null, reviewer: 'ann', note: null });
  const ranking = await call('analysis.rankHeads', { ...WISH, against: 'reviewed' });
  assert.deepEqual([ranking.samples, ranking.unranked], [1, { nothing_known: 2 }]);
  assert.ok(
    ranking.standardError.every((error) => error === null),
    'one sample says nothing of the spread',
  );
});

test('stopped on the way it gives what was measured; before the first sample it is cancelled', async (t) => {
  let asked = 0;
  let stopAt = 3;
  const calls = await start(t, 6, () => {
    if (++asked === stopAt) void calls.call('analysis.cancel', { slot: 'a' });
  });
  // The cancel arrives while the next one is asked at the latest.
  const ranking = await calls.call('analysis.rankHeads', WISH);
  assert.equal(ranking.ended, 'stopped');
  assert.ok(ranking.samples >= 2 && ranking.samples < 6);
  [asked, stopAt] = [0, -1];
  const none = calls.call('analysis.rankHeads', WISH);
  const ends = assert.rejects(none, { code: 'cancelled' });
  await calls.call('analysis.cancel', { slot: 'a' });
  await ends;
});
