/** What rounding changes of what comes out of a model: how it is counted, and that layers get wider until it is little. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { labelLoss, rowDrift } from '../../src-main/runtime/int8/drift.ts';
import type { Outputs } from '../../src-main/runtime/int8/part.ts';
import { Parts } from '../../src-main/runtime/int8/part.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { randoms, seeded } from '../support/numbers.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

test('rows count alike, whatever their size, and a row of zeros not at all', () => {
  const exact = Float32Array.of(3, 4, 300, 400, 0, 0);
  const near = Float32Array.of(3, 4.5, 300, 450, 1, 0);
  assert.ok(Math.abs(rowDrift(exact, near, 2) - Math.sqrt(0.02 / 3)) < 1e-7);
  assert.equal(
    rowDrift(
      exact,
      Float32Array.from(exact, () => NaN),
      2,
    ),
    Infinity,
  );
});

test('of logits only differences count', () => {
  const exact = Float32Array.of(1, 2, 3);
  const moved = exact.map((value) => value + 10);
  assert.ok(rowDrift(exact, moved, 3, { centred: true }) < 1e-7);
  assert.ok(rowDrift(exact, moved, 3) > 1);
});

test('labels are lost where cells cross the threshold, by head; where they only move, nothing is', () => {
  const cells = 200;
  // One head looks at ten cells, the other at twenty, both over two rows; the rest is far below.
  const head = (seen: number): number[] =>
    [0, 1].flatMap(() => Array.from({ length: cells }, (_, i) => (i < seen ? 1 + i / 100 : 0.01)));
  const exact = Float32Array.from([...head(10), ...head(20)]);
  const sizes = { heads: 2, cells };
  assert.equal(labelLoss(exact, exact, sizes), 0);
  const grain = randoms(exact.length, seeded(3), 0.004);
  assert.equal(
    labelLoss(
      exact,
      exact.map((value, i) => value + (grain[i] as number)),
      sizes,
    ),
    0,
  );
  const fewer = Float32Array.from([...head(9), ...head(20)]);
  assert.ok(Math.abs(labelLoss(exact, fewer, sizes) - 0.05) < 1e-9);
});

test('the layers that are off most get wider, and no more of them than the limit asks for', async (t) => {
  const config = tinyConfig({
    text: { hiddenSize: 256, intermediateSize: 512, headDim: 64, maxPositions: 256, vocabSize: 512 },
  });
  const weights = await randomWeights(temporaryDir(t), config);
  const rows = 12;
  const feeds = {
    embeds: [randoms(rows * 256, seeded(1), 1), [rows, 256]],
    mixed: [randoms(rows * 256, seeded(2), 1), [rows, 256]],
  } as const;
  const at = async (most: number) => {
    const parts = new Parts({ config, weights }, { cpuThreads: 1, worth: 1 }, 1);
    const hidden = (outputs: Outputs) => outputs['hidden']?.data as Float32Array;
    const found = await parts.look(
      (model) => model.between(config.text.layers),
      { exact: feeds, near: feeds },
      { most, drift: ({ exact, near }) => Promise.resolve(rowDrift(hidden(exact), hidden(near), 256)) },
    );
    const wider = [...parts.layers].filter(([, { choice }]) => choice === 'digits').map(([name]) => name);
    return { drift: found.drift, wider, layers: parts.layers };
  };
  const loose = await at(1);
  assert.deepEqual(loose.wider, []);
  assert.ok(loose.drift > 1e-4, `${loose.drift}`);
  const tight = await at(0);
  assert.equal(tight.wider.length, 4, 'the output projection and the MLP, all of them');
  assert.equal(tight.drift, 0, 'what comes in is the same, and nothing is rounded');
  const between = await at(0.9 * loose.drift);
  assert.ok(between.drift <= 0.9 * loose.drift && between.drift > 0);
  assert.ok(between.wider.length > 0 && between.wider.length < 4, between.wider.join());
  const errorOf = (name: string) => between.layers.get(name)?.plain ?? 0;
  const narrow = [...between.layers.keys()].filter((name) => !between.wider.includes(name));
  assert.ok(Math.min(...between.wider.map(errorOf)) >= Math.max(...narrow.map(errorOf)));
  // What each bears by itself is kept beside it.
  assert.ok([...tight.layers.values()].every(({ alone }) => alone === 'rows'));
});

test('wherever it is stopped, no session of a part stays open', async (t) => {
  const config = tinyConfig({
    text: { hiddenSize: 256, intermediateSize: 512, headDim: 64, maxPositions: 256, vocabSize: 512 },
  });
  const weights = await randomWeights(temporaryDir(t), config);
  // One loud channel: inputs are evened out, in sessions of their own.
  const loud = randoms(4 * 256, seeded(2), 1).map((value, i) => (i % 256 === 3 ? 500 * value : value));
  const feeds = {
    embeds: [randoms(4 * 256, seeded(1), 1), [4, 256]],
    mixed: [loud, [4, 256]],
  } as const;
  let open = 0;
  const { open: make } = Session;
  const release = Session.prototype.release;
  mock.method(Session, 'open', async (...args: Parameters<typeof make>) => {
    const session = await make.apply(Session, args);
    open++;
    return session;
  });
  mock.method(Session.prototype, 'release', function (this: Session) {
    open--;
    return release.call(this);
  });
  t.after(() => mock.restoreAll());
  /** Runs of a part, stopped before the one with that number. */
  const look = async (stopAt: number): Promise<number> => {
    const stop = new AbortController();
    let runs = 0;
    const signal = Object.defineProperty(stop.signal, 'aborted', { get: () => ++runs >= stopAt });
    const parts = new Parts({ config, weights }, { cpuThreads: 1, worth: 1, signal }, 1);
    const drift = () => Promise.resolve(1);
    await parts.look(
      (model) => model.between(config.text.layers),
      { exact: feeds, near: feeds },
      { most: 0, drift },
    );
    return runs;
  };
  const all = await look(Infinity);
  assert.ok(all >= 5, `plain, twice evened out, and rounded: ${all}`);
  for (let stopAt = 1; stopAt <= all; stopAt++) {
    await assert.rejects(look(stopAt), { code: 'cancelled' });
    assert.equal(open, 0, `stopped before run ${stopAt}`);
  }
});
