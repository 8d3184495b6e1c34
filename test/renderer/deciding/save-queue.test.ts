import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATE_AFTER, SaveQueue, type Draft, type Saved } from '../../../src-renderer/deciding/save-queue.ts';
import type { Review } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** Append-only reviews with conflicts, and switches for what goes wrong on the way. */
class Server {
  readonly reviews: Review[] = [];
  readonly saved: Draft[] = [];
  readonly retries: (() => void)[] = [];
  readonly merged: number[] = [];
  readonly removed: [sampleId: number, drafts: number][] = [];
  /** Samples and predictions that are not in the project. */
  readonly missing = { samples: new Set<number>(), predictions: new Set<number>() };
  changes = 0;
  /** `before`: the call never arrives; `after`: it is written and its answer gets lost. */
  failure: 'before' | 'after' | null = null;
  readonly queue = new SaveQueue({
    send: (draft, basedOn) => this.#send(draft, basedOn),
    latest: async (sampleId) => {
      this.#requireSample(sampleId);
      return this.latest(sampleId);
    },
    asError: (thrown) => FoveaError.from(thrown),
    later: (task) => {
      this.retries.push(task);
      return () => void this.retries.splice(this.retries.indexOf(task), 1);
    },
    onSaved: (draft) => void this.saved.push(draft),
    onMerged: (sampleId) => void this.merged.push(sampleId),
    onRemoved: (sampleId, drafts) => void this.removed.push([sampleId, drafts.length]),
    onChange: () => void this.changes++,
  });

  latest(sampleId: number): Review | null {
    return this.reviews.findLast((review) => review.sampleId === sampleId) ?? null;
  }

  write(draft: Draft, reviewer: string): Review {
    const review: Review = {
      id: this.reviews.length + 1,
      sampleId: draft.sampleId,
      decision: draft.decision,
      label: draft.label && Uint8Array.from(draft.label),
      predictionId: draft.predictionId,
      reviewer,
      note: draft.note,
      reason: draft.reason,
      createdAt: '2026-01-01T00:00:00Z',
      batchId: null,
    };
    this.reviews.push(review);
    return review;
  }

  #requireSample(sampleId: number): void {
    if (this.missing.samples.has(sampleId)) throw new FoveaError('not_found', 'no sample');
  }

  async #send(draft: Draft, basedOn: number | null): Promise<Saved> {
    await settle();
    if (this.failure === 'before') throw new FoveaError('io', 'lost');
    this.#requireSample(draft.sampleId);
    if (this.missing.predictions.has(draft.predictionId ?? 0)) throw new FoveaError('not_found', 'no label');
    if ((this.latest(draft.sampleId)?.id ?? null) !== basedOn) throw new FoveaError('conflict', 'newer');
    const review = this.write(draft, 'me');
    if (this.failure === 'after') throw new FoveaError('io', 'lost');
    return { review, state: STATE_AFTER[draft.decision] };
  }
}

const draft = (sampleId: number, decision: Draft['decision'], label: number[] | null = null): Draft => ({
  sampleId,
  predictionId: 1,
  decision,
  label: label && Int8Array.from(label),
  note: null,
  reason: null,
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
async function quiet(): Promise<void> {
  for (let i = 0; i < 30; i++) await settle();
}

test('strokes made while a save is under way are saved after it, in order', async () => {
  const server = new Server();
  for (let i = 0; i < 4; i++) server.queue.add(draft(1, 'correct', [i]));
  assert.equal(server.queue.summary().waiting, 4);
  await quiet();
  assert.deepEqual(
    server.reviews.map((review) => review.label?.[0]),
    [0, 1, 2, 3],
  );
  assert.equal(server.queue.seen(1), 4);
  assert.equal(server.queue.isDirty(1), false);
});

test('samples do not wait for each other', async () => {
  const server = new Server();
  server.write(draft(1, 'reject'), 'ana');
  server.queue.add(draft(1, 'accept'));
  server.queue.add(draft(2, 'accept'));
  await quiet();
  assert.equal(server.latest(2)?.reviewer, 'me');
  assert.equal(server.queue.summary().conflicts.length, 1);
});

test('a failed save stays dirty, says so and is tried again', async () => {
  const server = new Server();
  server.failure = 'before';
  server.queue.add(draft(1, 'correct', [1]));
  server.queue.add(draft(1, 'correct', [2]));
  await quiet();
  assert.equal(server.queue.summary().error?.code, 'io');
  assert.equal(server.queue.summary().waiting, 2);
  assert.equal(server.retries.length, 1);
  server.failure = null;
  server.queue.retry();
  await quiet();
  assert.equal(server.queue.summary().error, null);
  assert.deepEqual(
    server.reviews.map((review) => review.label?.[0]),
    [1, 2],
  );
});

test('a save whose answer got lost is not written twice', async () => {
  const server = new Server();
  server.failure = 'after';
  server.queue.add(draft(1, 'correct', [-100, 1]));
  await quiet();
  server.failure = null;
  server.queue.retry();
  await quiet();
  assert.equal(server.reviews.length, 1);
  assert.equal(server.queue.isDirty(1), false);
  assert.deepEqual(server.queue.summary().conflicts, []);
  assert.equal(server.saved.length, 1);
});

test('somebody else’s newer decision is never overwritten without asking', async () => {
  const server = new Server();
  server.write(draft(1, 'reject'), 'ana');
  server.queue.add(draft(1, 'correct', [1]));
  server.queue.add(draft(1, 'correct', [2]));
  await quiet();
  assert.equal(server.reviews.length, 1);
  assert.equal(server.queue.summary().conflicts[0]?.theirs?.reviewer, 'ana');
  server.queue.retry();
  await quiet();
  assert.equal(server.reviews.length, 1, 'a retry does not get past a conflict');

  server.queue.keepMine(1);
  await quiet();
  assert.deepEqual(
    server.reviews.map((review) => review.reviewer),
    ['ana', 'me', 'me'],
  );
});

test('taking theirs gives up the own decisions of that sample only', async () => {
  const server = new Server();
  server.write(draft(1, 'reject'), 'ana');
  server.queue.add(draft(1, 'accept'));
  await quiet();
  server.queue.takeTheirs(1);
  assert.equal(server.queue.summary().waiting, 0);
  server.queue.add(draft(1, 'accept'));
  await quiet();
  assert.equal(server.latest(1)?.reviewer, 'me');
});

test('the revision a person sees does not overrule own decisions under way', () => {
  const server = new Server();
  server.queue.setSeen(1, 9);
  assert.equal(server.queue.seen(1), 9);
  server.queue.add(draft(1, 'accept'));
  server.queue.setSeen(1, 3);
  assert.equal(server.queue.seen(1), 9);
});

test('decisions of a project that was closed never reach the next one', async () => {
  const server = new Server();
  server.queue.add(draft(1, 'accept'));
  server.queue.add(draft(1, 'reject'));
  assert.equal(server.queue.abandon(), 2);
  await quiet();
  assert.deepEqual(server.saved, []);
  assert.equal(server.reviews.length, 1, 'only what was already on its way');
  assert.equal(server.queue.seen(1), null);
});

const noted = (note: string, was: string | null = null): Draft => ({
  ...draft(1, 'reset'),
  note,
  onlyNote: { was },
});

test('a note alone goes on the decision that somebody made meanwhile', async () => {
  const server = new Server();
  server.write(draft(1, 'correct', [1, 0]), 'ana');
  server.queue.add(noted('mine'));
  await quiet();
  assert.deepEqual(
    server.reviews.map(({ decision, note, reviewer }) => [decision, note, reviewer]),
    [
      ['correct', null, 'ana'],
      ['correct', 'mine', 'me'],
    ],
  );
  assert.deepEqual(server.reviews[1]!.label, server.reviews[0]!.label);
  assert.deepEqual([server.merged, server.queue.summary().conflicts], [[1], []]);
});

test('over another note, or with a decision behind it, a note is a conflict like any other', async () => {
  const other = new Server();
  other.write({ ...draft(1, 'accept'), note: 'theirs' }, 'ana');
  other.queue.add(noted('mine'));
  await quiet();
  assert.equal(other.queue.summary().conflicts.length, 1);
  const behind = new Server();
  behind.write(draft(1, 'accept'), 'ana');
  behind.queue.add(noted('mine'));
  behind.queue.add(draft(1, 'reject'));
  await quiet();
  assert.equal(behind.queue.summary().conflicts.length, 1);
  assert.equal(behind.reviews.length, 1);
  assert.deepEqual(behind.merged, []);
});

test('decisions on a sample that was removed are given up, and said; one whose label is missing waits', async () => {
  const server = new Server();
  server.missing.samples.add(1);
  server.queue.add(draft(1, 'reject'));
  server.queue.add(draft(1, 'reset'));
  server.queue.add(draft(2, 'reject'));
  await quiet();
  assert.deepEqual(server.removed, [[1, 2]]);
  assert.deepEqual(
    server.saved.map(({ sampleId }) => sampleId),
    [2],
  );
  assert.deepEqual([server.queue.summary().waiting, server.retries.length], [0, 0]);

  server.missing.predictions.add(1);
  server.queue.add(draft(3, 'accept'));
  await quiet();
  assert.deepEqual(server.removed, [[1, 2]], 'the sample is there');
  assert.equal(server.queue.summary().waiting, 1);
  server.missing.predictions.clear();
  server.queue.retry();
  await quiet();
  assert.equal(server.queue.summary().waiting, 0);
});
