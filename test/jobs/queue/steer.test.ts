/** What a person asks of jobs while the queue works: rest, go on, try again, come first; and what is offered when. */
import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { jobEntries, jobEntry } from '../../../src-main/jobs/queue/entries.ts';
import { startJobQueue } from '../../../src-main/jobs/queue/queue.ts';
import {
  cancelJob,
  moveJobFirst,
  pauseJob,
  resumeJob,
  retryJob,
} from '../../../src-main/jobs/queue/steer.ts';
import { addLabelJob } from '../../../src-main/jobs/label/label.ts';
import { failuresByReason } from '../../../src-main/store/jobs/failures.ts';
import { addJob } from '../../../src-main/store/jobs/job.ts';
import type { LabelJobParams } from '../../../src-main/jobs/label/run.ts';
import { fakeEngine, type FakeEngine } from '../../support/fake-engine.ts';
import { featureProject } from '../../support/feature-project.ts';
import { testPreset } from '../../support/project.ts';

/** Lets the engine answer so many samples; waits for more. */
class Gate {
  #open = 0;
  let(count: number): void {
    this.#open += count;
  }
  async pass(signal?: AbortSignal): Promise<void> {
    while (this.#open === 0) {
      signal?.throwIfAborted();
      await delay(5);
    }
    this.#open--;
  }
}

async function setUp(t: TestContext, engine: FakeEngine) {
  const { project, dir, at } = await featureProject(t);
  const params: LabelJobParams = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
    inFlight: 1,
  };
  const queue = startJobQueue(project, engine, { onProgress: () => {}, onSample: () => {} });
  t.after(() => queue.stop());
  const state = (id: number): string => jobEntry(project.db, id).state;
  const until = async (what: () => boolean): Promise<void> => {
    for (let n = 0; !what(); n++) {
      assert.ok(n < 2000, 'it never came to that');
      await delay(10);
    }
  };
  const add = (more: Partial<LabelJobParams> = {}): number => {
    const id = addLabelJob(project, { ...params, ...more });
    queue.wake();
    return id;
  };
  const preset = (id: string) => ({ preset: { ...testPreset, id, name: id, maxNewTokens: 4 + id.length } });
  const entry = (id: number) => jobEntry(project.db, id);
  return { project, queue, at, add, preset, state, until, entry };
}

const conflict = { code: 'conflict' };

/** As the real engine it needs the picture. */
function needPicture(request: object): void {
  if (!('imagePath' in request) || typeof request.imagePath !== 'string' || existsSync(request.imagePath))
    return;
  throw new FoveaError('not_found', 'the picture is not there', { where: request.imagePath });
}

test('a paused job rests where it is, lets others by and goes on with what is left', async (t) => {
  const gate = new Gate();
  const engine = fakeEngine((_request, signal) => gate.pass(signal));
  const { project, queue, add, preset, until, entry } = await setUp(t, engine);
  const first = add();
  gate.let(1);
  await until(() => entry(first).done === 1);
  assert.deepEqual(entry(first).can, ['pause', 'cancel']);
  assert.equal(entry(first).holder?.where, 'here');
  assert.ok(entry(first).startedAt);
  pauseJob(project, first);
  await until(() => entry(first).holder === null);
  assert.deepEqual(
    [entry(first).state, entry(first).asked, entry(first).can],
    ['queued', 'pause', ['resume', 'cancel']],
  );
  // Asked once more, from another window: it rests already.
  pauseJob(project, first);
  assert.deepEqual([entry(first).asked, entry(first).can], ['pause', ['resume', 'cancel']]);

  // Another one of the same run does not end it.
  const other = add({ limit: 1 });
  gate.let(1);
  await until(() => entry(other).state === 'done');
  assert.equal(entry(first).state, 'queued');
  const another = add(preset('other'));
  gate.let(4);
  await until(() => entry(another).state === 'done');

  assert.equal(resumeJob(project, first), first);
  assert.equal(resumeJob(project, first), first, 'it goes on already');
  queue.wake();
  gate.let(2);
  await until(() => entry(first).state === 'done');
  assert.throws(() => pauseJob(project, first), conflict);
  assert.deepEqual([entry(first).done, entry(first).failed, entry(first).can], [4, 0, []]);
  const needed = 1 + 1 + 4 + 2;
  assert.ok(
    engine.asked.length <= needed + 1,
    'but for the one in flight at the pause none is asked about twice',
  );
});

test('jobs that wait are told in the order of their turns; one moved to the front comes next, though another is at work', async (t) => {
  const gate = new Gate();
  const order: string[] = [];
  const engine = fakeEngine(async (request, signal) => {
    if ('preset' in request) order.push(request.preset.id);
    await gate.pass(signal);
  });
  const { project, add, preset, until, entry, queue } = await setUp(t, engine);
  const running = add();
  await until(() => entry(running).holder !== null && entry(running).total === 4);
  const [a, b, c] = ['a', 'bb', 'ccc'].map((id) => add({ ...preset(id), limit: 1 }));
  assert.deepEqual(
    [a, b, c].map((id) => entry(id!).turn),
    [1, 2, 3],
  );
  assert.deepEqual(entry(a!).can, ['pause', 'cancel']);
  assert.deepEqual(entry(c!).can, ['pause', 'first', 'cancel']);
  moveJobFirst(project, c!);
  assert.deepEqual(
    [a, b, c].map((id) => entry(id!).turn),
    [2, 3, 1],
  );
  moveJobFirst(project, c!);
  assert.equal(entry(c!).turn, 1);
  assert.throws(() => moveJobFirst(project, running), conflict);
  // What is paused or cancelled while another one works does not begin.
  pauseJob(project, a!);
  gate.let(100);
  await queue.idle();
  assert.deepEqual([...new Set(order)], ['test', 'ccc', 'bb']);
  assert.equal(entry(a!).state, 'queued');
  await cancelJob(project, a!);
  assert.equal(entry(a!).state, 'cancelled');
  assert.deepEqual(entry(a!).can, ['resume']);
});

test('what failed is tried again alone when it can be; a retry that is over leaves nothing to offer', async (t) => {
  const engine = fakeEngine(needPicture);
  const { project, at, add, until, entry, queue } = await setUp(t, engine);
  renameSync(at('2.png'), at('away.png'));
  const id = add();
  await until(() => entry(id).state === 'done');
  assert.deepEqual(
    [entry(id).done, entry(id).failed, entry(id).stillFailed, entry(id).can],
    [2, 2, 2, ['retry']],
  );
  const { kinds } = failuresByReason(project.db, id, 10);
  assert.deepEqual(
    kinds.map(({ count, samples }) => [count, samples.map((one) => one.externalId)]),
    [[2, ['two', 'four']]],
  );
  renameSync(at('away.png'), at('2.png'));
  const before = engine.asked.length;
  const retry = retryJob(project, id);
  assert.deepEqual(entry(id).can, [], 'not twice');
  queue.wake();
  await until(() => entry(retry).state === 'done');
  assert.deepEqual([entry(retry).total, entry(retry).done, entry(retry).retryOf], [2, 2, id]);
  assert.equal(engine.asked.length, before + 2);
  assert.deepEqual([entry(id).stillFailed, entry(id).retriedBy, entry(id).can], [0, retry, []]);
  assert.throws(() => retryJob(project, id), conflict);
});

test('a job that ended early goes on as a new one; after a retry of its failures, too', async (t) => {
  const gate = new Gate();
  const engine = fakeEngine((request, signal) => {
    needPicture(request);
    return gate.pass(signal);
  });
  const { project, at, add, until, entry, queue } = await setUp(t, engine);
  renameSync(at('2.png'), at('away.png'));
  const id = add();
  gate.let(1);
  await until(() => entry(id).done === 1 && entry(id).failed === 1);
  await cancelJob(project, id);
  await until(() => entry(id).state === 'cancelled');
  assert.deepEqual([entry(id).left, entry(id).can], [2, ['resume', 'retry']]);
  renameSync(at('away.png'), at('2.png'));
  const retry = retryJob(project, id);
  queue.wake();
  gate.let(1);
  await until(() => entry(retry).state === 'done');
  assert.deepEqual(entry(id).can, ['resume']);
  const next = resumeJob(project, id);
  assert.notEqual(next, id);
  queue.wake();
  gate.let(2);
  await until(() => entry(next).state === 'done');
  assert.deepEqual([entry(next).done, entry(id).can], [2, []]);
});

test('a model that is not there fails the job, not its samples; it can be started again', async (t) => {
  const { project, add, until, entry, queue } = await setUp(t, fakeEngine());
  const dir = `${project.path}-no-model`;
  const id = add({ model: { dir, device: 'auto' } });
  await until(() => entry(id).state === 'failed');
  assert.match(entry(id).message ?? '', /no such model/);
  assert.deepEqual([entry(id).total, entry(id).can], [0, ['resume']]);
  const next = resumeJob(project, id);
  queue.wake();
  assert.notEqual(next, id);
  await until(() => entry(next).state === 'failed');
});

test('the list says what each job works on, newest first; jobs of a shared queue are left to their host', async (t) => {
  const { project, add, entry, queue, until } = await setUp(t, fakeEngine());
  const scope = { filter: { ...NO_FILTER, languages: ['fr'] }, ids: [1, 2], except: [] };
  const id = add({ scope, limit: 7 });
  await until(() => entry(id).state === 'done');
  const { about } = entry(id);
  assert.deepEqual(
    [
      about.preset,
      about.answers,
      about.limit,
      about.scope?.filter.languages,
      about.scope?.chosen,
      about.runId,
    ],
    ['Test', 'self', 7, ['fr'], 2, 1],
  );
  const shared = addJob(project.db, 'label', null, {
    model: { dir: '/m', device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
    shared: { key: '00000000-0000-4000-8000-000000000000' },
  });
  queue.wake();
  await queue.idle();
  assert.deepEqual(
    [entry(shared).state, entry(shared).can, entry(shared).turn],
    ['queued', ['cancel'], null],
  );
  assert.throws(
    () => pauseJob(project, shared),
    (error: FoveaError) => /fovea label --queue/.test(error.next ?? ''),
  );
  await cancelJob(project, shared);
  assert.deepEqual(entry(shared).can, []);
  // Parameters that this version does not know say less, and are no reason to say nothing.
  const strange = addJob(project.db, 'export', null, { from: 'elsewhere' });
  assert.deepEqual(entry(strange).about.model, null);
  assert.deepEqual(
    jobEntries(project.db, 0, 2).map((job) => job.id),
    [strange, shared],
  );
  assert.deepEqual(
    jobEntries(project.db, 2, 2).map((job) => job.id),
    [id],
  );
});
