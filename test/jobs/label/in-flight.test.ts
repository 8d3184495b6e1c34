/** Items of a label job in flight at once: each once, no more than asked for, and nobody fails for another's death. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { workThrough } from '../../../src-main/jobs/label/in-flight.ts';
import type { ItemOutcome } from '../../../src-main/jobs/label/item.ts';
import { seeded } from '../../support/numbers.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

const DONE: ItemOutcome = { kind: 'done', predictionId: 1, engineDied: false };
const died = (): ItemOutcome => ({ kind: 'retry', engineDied: true });

/** Samples 0…count−1, and what became of them. */
function items(
  count: number,
  width: number,
  label: (id: number, alone: boolean, signal: AbortSignal) => Promise<ItemOutcome>,
) {
  const open = new Set(Array.from({ length: count }, (_, i) => i));
  const ended: number[] = [];
  let [now, most] = [0, 0];
  return {
    ended,
    most: () => most,
    width,
    next: (inFlight: ReadonlySet<number>) => [...open].find((id) => !inFlight.has(id)) ?? null,
    label: async (id: number, alone: boolean, signal: AbortSignal) => {
      most = Math.max(most, ++now);
      if (alone) assert.equal(now, 1, 'alone means alone');
      try {
        return await label(id, alone, signal);
      } finally {
        now--;
      }
    },
    onEnd: (id: number) => {
      open.delete(id);
      ended.push(id);
    },
  };
}

const signal = new AbortController().signal;

test('every item once, at most so many at a time, whatever order they end in', async () => {
  for (const width of [1, 3, 8, 32]) {
    const random = seeded(width);
    const work = items(40, width, async () => {
      for (let i = random() * 6; i > 0; i--) await turn();
      return DONE;
    });
    await workThrough(work, signal);
    assert.deepEqual(
      work.ended.toSorted((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    assert.equal(work.most(), Math.min(width, 40));
  }
});

test('a death under many counts against none; alone, the one that kills is found and the others are done', async () => {
  const POISON = 5;
  const deaths = new Map<number, number>();
  // All that are in flight die with it.
  let process = new AbortController();
  const work = items(20, 8, async (id, alone) => {
    const { signal: gone } = process;
    await turn();
    if (id === POISON && !gone.aborted) process.abort();
    await turn();
    if (!gone.aborted) return DONE;
    process = new AbortController();
    if (!alone) return died();
    deaths.set(id, (deaths.get(id) ?? 0) + 1);
    const left = deaths.get(id) === 3;
    return left ? { kind: 'failed', reason: 'the engine died 3 times', engineDied: true } : died();
  });
  await workThrough(work, signal);
  assert.deepEqual([...deaths], [[POISON, 3]]);
  assert.equal(work.ended.length, 20);
});

test('an engine that dies on everything ends the work: deaths are counted, not what each took with it', async () => {
  let asked = 0;
  const work = items(40, 8, async () => {
    asked++;
    return died();
  });
  await assert.rejects(workThrough(work, signal), { code: 'engine_died' });
  assert.equal(asked, 8 + 8);
  assert.deepEqual(work.ended, []);
});

test('what is wrong for all stops the others first and is what is thrown; nothing is in flight any more', async () => {
  let open = 0;
  const work = items(20, 4, async (id, _, stop) => {
    open++;
    for (let i = 0; i < 5 && !stop.aborted; i++) await turn();
    open--;
    if (stop.aborted) throw new FoveaError('cancelled', 'stopped');
    if (id === 6) throw new FoveaError('no_space', 'the disk is full');
    return DONE;
  });
  await assert.rejects(workThrough(work, signal), { code: 'no_space' });
  assert.equal(open, 0);
  assert.ok(work.ended.length < 20);
});

test('a cancelled job ends without an error, with what was done', async () => {
  const stop = new AbortController();
  const work = items(20, 4, async (id) => {
    await turn();
    if (id === 6) stop.abort();
    if (stop.signal.aborted) throw new FoveaError('cancelled', 'stopped');
    return DONE;
  });
  await workThrough(work, stop.signal);
  assert.ok(work.ended.length >= 4 && work.ended.length < 20);
});
