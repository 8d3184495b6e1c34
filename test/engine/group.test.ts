/** Questions spread over several engine processes: who gets which, and that each gives what one process gives. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineClient } from '../../src-main/engine/client.ts';
import type { EngineStatus } from '../../src-main/engine/client.ts';
import { EngineGroup } from '../../src-main/engine/group.ts';
import type { EngineProcess } from '../../src-main/engine/group.ts';
import type { LabelOutcome, LabelRequest } from '../../src-main/engine/protocol.ts';
import { QUESTIONS_AHEAD } from '../../src-main/engine/protocol.ts';
import { enginesFor } from '../../src-main/engine/spread.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { DEMO_CHECKPOINT, DEMO_PROJECT_SCENES, demoGolden } from '../support/demo.ts';
import { demoRequest } from '../support/demo-subject.ts';
import { fakeEngine } from '../support/fake-engine.ts';

const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
const model = { dir: DEMO_CHECKPOINT, device: 'cpu' } as const;
const ask = (n: number, image = `${n}.png`): LabelRequest => ({
  model,
  ...demoRequest({ image, text: `question ${n}` }),
});

/** A group of fakes whose samples wait until they are let go; each question says who got it. */
function fakes(t: TestContext, engines: number, idleMs = 60_000) {
  const got: (readonly [engine: number, question: string])[] = [];
  const ended: number[] = [];
  const say: ((status: EngineStatus) => void)[] = [];
  const states: EngineStatus[] = [];
  const gate = Promise.withResolvers<void>();
  let count = 0;
  const start = (): EngineProcess => {
    const me = count++;
    states.push({ state: 'ready', device: null, message: null });
    const engine = fakeEngine(async (request) => {
      got.push([me, request.question]);
      await gate.promise;
    });
    return {
      ...engine,
      pid: 100 + me,
      get status() {
        return states[me] as EngineStatus;
      },
      probe: () => Promise.reject(new FoveaError('internal', 'not asked')),
      onStatus: (listener) => {
        say[me] = (status) => {
          states[me] = status;
          listener(status);
        };
        return () => undefined;
      },
      dispose: async () => void ended.push(me),
    };
  };
  const group = new EngineGroup(start, { enginesFor: () => engines, idleMs });
  t.after(() => group.dispose());
  const by = (): Record<string, number> => Object.fromEntries(got.map(([engine, text]) => [text, engine]));
  return { group, by, ended, say, letGo: () => gate.resolve(), started: () => count };
}

test('until it is known that a model is spread one process gets all its questions', async (t) => {
  const { group, by, letGo, started } = fakes(t, 3);
  const first = [1, 2].map((n) => group.label(ask(n)));
  assert.deepEqual([by(), started()], [{ 'question 1': 0, 'question 2': 0 }, 1]);
  letGo();
  await Promise.all(first);
  assert.equal((await group.modelInfo(model)).engines, 3);
  const other = { ...model, precision: 'int4' } as const;
  await Promise.all([3, 4].map((n) => group.label({ ...ask(n), model: other })));
  assert.equal(started(), 1);
});

test('questions go to whoever has least to do, those of one picture to one process', async (t) => {
  const { group, by, letGo } = fakes(t, 2);
  await group.modelInfo(model);
  const all = [ask(1), ask(2), ask(3, '1.png'), ask(4, '1.png'), ask(5), ask(6)].map((request) =>
    group.label(request),
  );
  assert.deepEqual(Object.values(by()), [0, 1, 0, 0, 1, 1]);
  letGo();
  await Promise.all(all);
  // Its picture is the last one there.
  await group.label(ask(7, '6.png'));
  assert.equal(by()['question 7'], 1);
});

test('a picture with very many questions does not leave the other processes idle', async (t) => {
  const { group, by, letGo } = fakes(t, 2);
  await group.modelInfo(model);
  const all = Array.from({ length: QUESTIONS_AHEAD + 3 }, (_, n) => group.label(ask(n, 'one.png')));
  const of = Object.values(by());
  assert.deepEqual(
    [0, 1].map((engine) => of.filter((one) => one === engine).length),
    [QUESTIONS_AHEAD, 3],
  );
  letGo();
  await Promise.all(all);
});

test('processes that nobody asks any more end, but the first', async (t) => {
  const { group, letGo, ended, started } = fakes(t, 3, 20);
  await group.modelInfo(model);
  const all = [1, 2, 3].map((n) => group.label(ask(n)));
  assert.deepEqual(group.pids, [100, 101, 102]);
  letGo();
  await Promise.all(all);
  while (ended.length < 2) await sleep(5);
  assert.deepEqual([ended, group.pids], [[1, 2], [100]]);
  await Promise.all([4, 5].map((n) => group.label(ask(n))));
  assert.equal(started(), 4);
});

test('the trouble of any process is what is said of the group', async (t) => {
  const { group, letGo, say } = fakes(t, 2);
  await group.modelInfo(model);
  const heard: EngineStatus['state'][] = [];
  group.onStatus(({ state }) => heard.push(state));
  const all = [1, 2].map((n) => group.label(ask(n)));
  for (const state of ['restarting', 'ready'] as const) say[1]?.({ state, device: null, message: 'x' });
  assert.deepEqual(heard, ['restarting', 'ready']);
  letGo();
  await Promise.all(all);
});

test('small models on a processor get a process a core, memory permitting', () => {
  const small = { device: 'cpu', threads: 1, parameters: 2e6 } as const;
  const room = { cores: 4, freeBytes: 16e9 };
  assert.equal(enginesFor(small, room), 4);
  assert.equal(enginesFor(small, { cores: 64, freeBytes: 256e9 }), 8);
  assert.equal(enginesFor(small, { cores: 64, freeBytes: 0 }), 8);
  assert.equal(enginesFor(small, { cores: 4, freeBytes: 4e9 }), 3);
  assert.equal(enginesFor(small, { cores: 4, freeBytes: 1e9 }), 1);
  assert.equal(enginesFor({ ...small, threads: null }, room), 1);
  assert.equal(enginesFor({ ...small, device: 'webgpu' }, room), 1);
});

test('what two processes give is what one gives, and a death takes only its own questions', async (t) => {
  const one = new EngineClient({ cpuThreads: 1 });
  const group = new EngineGroup(() => new EngineClient({ cpuThreads: 1 }), { enginesFor: () => 2 });
  t.after(() => Promise.all([one.dispose(), group.dispose()]));
  const requests = questions.slice(0, 12).map(({ image, text }): LabelRequest => ({
    model,
    ...demoRequest(
      { image, text },
      { want: { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [] } },
    ),
    imagePath: join(DEMO_PROJECT_SCENES, image),
  }));
  const stored = ({ timings: _, ...outcome }: LabelOutcome) => outcome;
  const expected: unknown[] = [];
  for (const request of requests) expected.push(stored(await one.label(request)));
  await group.modelInfo(model);
  const came = await Promise.all(requests.map((request) => group.label(request)));
  assert.deepEqual(came.map(stored), expected);
  const [, second] = group.pids;
  assert.ok(second !== undefined);
  process.kill(second, 'SIGKILL');
  const codes = await Promise.all(
    requests.map((request) =>
      group.label(request).then(
        () => 'done',
        (error: unknown) => FoveaError.from(error).code,
      ),
    ),
  );
  assert.deepEqual([...new Set(codes)].sort(), ['done', 'engine_died']);
  assert.ok(codes.filter((code) => code === 'done').length >= 6, String(codes));
});
