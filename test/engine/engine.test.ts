/** The engine process: whole samples over the pipe, in order, cancellable, and gone when it should be. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestContext, test } from 'node:test';
import { EngineClient } from '../../src-main/engine/client.ts';
import type { EngineOptions, EngineStatus } from '../../src-main/engine/client.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { demoRequest } from '../support/demo-subject.ts';
import { relativeDifference } from '../support/oracle.ts';

interface Question {
  image: string;
  text: string;
  answer_ids: number[];
}
const questions = demoGolden<Question[]>('greedy_100.json');
const model = { dir: DEMO_CHECKPOINT, device: 'cpu' as const };
const want = { questionMap: true, rpn: true, secondStage: false, allHeadsOf: [0] };
const ask = (question: Question): LabelRequest => ({ model, ...demoRequest(question, { want }) });

function engine(t: { after: (fn: () => Promise<void>) => void }, options: EngineOptions = {}): EngineClient {
  const client = new EngineClient({ cpuThreads: 1, ...options });
  t.after(() => client.dispose());
  return client;
}

/** Resolves once no process has the id. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
  assert.fail(`process ${pid} is still there`);
}

test('whole samples come back in order, arrays as typed arrays, states told', async (t) => {
  const client = engine(t);
  const states: EngineStatus['state'][] = [];
  client.onStatus(({ state }) => states.push(state));
  assert.equal(client.pid, null, 'no process before the first call');
  const info = await client.modelInfo(model);
  assert.deepEqual([info.family, info.device, info.layers, info.grid], ['llava', 'cpu', 6, [16, 16]]);
  const outcomes = await Promise.all(questions.slice(0, 3).map((question) => client.label(ask(question))));
  outcomes.forEach((outcome, i) => assert.deepEqual(outcome.answerTokens, questions[i].answer_ids));
  const [first] = outcomes;
  assert.ok(first.maps.rpn?.bits instanceof Uint16Array && first.labels instanceof Int8Array);
  assert.equal(first.headMaps.length, 4);
  assert.ok(['encode', 'prefill', 'rpn', 'total'].every((step) => first.timings[step] > 0));
  assert.deepEqual([...new Set(states)], ['starting', 'ready']);
  assert.equal(client.status.device, 'cpu');
  const { preset, imagePath, question } = demoRequest(questions[0]);
  const tried = { model, preset, imagePath, question };
  const vicrop = await client.tryMethod({ ...tried, method: 'vicrop' });
  assert.ok(vicrop.map?.bits instanceof Uint16Array && vicrop.crops.length === 1);
  const box = [0, 0, 20, 10] as const;
  assert.deepEqual((await client.tryMethod({ ...tried, method: 'truth', boxes: [box] })).crops, [box]);
  await assert.rejects(client.tryMethod({ ...tried, method: 'scaled' }), { code: 'unsupported_model' });
});

test('a failing call fails alone, with its code', async (t) => {
  const client = engine(t);
  const dir = temporaryDir(t);
  const [good, missing, text, nowhere, unknown] = await Promise.allSettled([
    client.label(ask(questions[0])),
    client.label({ ...ask(questions[0]), imagePath: join(dir, 'no.png') }),
    client.label({ ...ask(questions[0]), imagePath: import.meta.filename }),
    client.modelInfo({ dir, device: 'cpu' }),
    client.modelInfo({ dir: DEMO_CHECKPOINT, device: 'abacus' as 'cpu' }),
  ]);
  assert.equal(good.status, 'fulfilled');
  const code = (result: PromiseSettledResult<unknown>) =>
    result.status === 'rejected' ? (result.reason as { code: string }).code : 'fulfilled';
  assert.deepEqual([missing, text, nowhere, unknown].map(code), [
    'not_found',
    'bad_image',
    'bad_checkpoint',
    'bad_input',
  ]);
  assert.equal((await client.label(ask(questions[1]))).device, 'cpu');
});

test('a cancelled call rejects at once, waiting or running, and the engine goes on', async (t) => {
  const client = engine(t);
  await client.modelInfo(model);
  const controller = new AbortController();
  const running = client.label(ask(questions[0]), controller.signal);
  const waiting = client.label(ask(questions[1]), controller.signal);
  const other = client.label(ask(questions[2]));
  controller.abort();
  await assert.rejects(running, { code: 'cancelled' });
  await assert.rejects(waiting, { code: 'cancelled' });
  await assert.rejects(client.label(ask(questions[0]), controller.signal), { code: 'cancelled' });
  assert.deepEqual((await other).answerTokens, questions[2].answer_ids);
});

test('killed at random moments: what was in flight says so, and repeating it gives the same', async (t) => {
  const seed = 20261123;
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const client = engine(t);
  const expected = (await client.label(ask(questions[0]))).maps.grounding;
  for (let round = 0; round < 3; round++) {
    const { pid } = client;
    assert.ok(pid, `seed ${seed} round ${round}`);
    const calls = [0, 0, 0].map(() => client.label(ask(questions[0])));
    await sleep(random() * 250);
    process.kill(pid, 'SIGKILL');
    const settled = await Promise.allSettled(calls);
    for (const call of settled) {
      if (call.status === 'fulfilled') assert.deepEqual(call.value.maps.grounding, expected);
      else assert.equal((call.reason as { code: string }).code, 'engine_died', `seed ${seed} round ${round}`);
    }
    await gone(pid);
    assert.deepEqual((await client.label(ask(questions[0]))).maps.grounding, expected);
    assert.notEqual(client.pid, pid);
  }
});

test('an engine that cannot start fails the calls with its last words, and the next call tries again', async (t) => {
  const entry = join(temporaryDir(t), 'host.mjs');
  writeFileSync(entry, 'console.error("no such library: libmagic"); process.exit(7);');
  const client = engine(t, { entry });
  await assert.rejects(client.modelInfo(model), { code: 'engine_died', message: /exit code 7.*libmagic/ });
  assert.equal(client.status.state, 'failed');
  await assert.rejects(client.modelInfo(model), { code: 'engine_died' });
});

test('an engine that hangs is killed', async (t) => {
  const entry = join(temporaryDir(t), 'host.mjs');
  writeFileSync(entry, 'process.send({ type: "ready" }); process.on("message", () => { for (;;); });');
  const client = engine(t, { entry, hangMs: 400 });
  await assert.rejects(client.modelInfo(model), { code: 'engine_died', message: /stopped answering/ });
});

test('an engine that talks nonsense is killed', async (t) => {
  const entry = join(temporaryDir(t), 'host.mjs');
  writeFileSync(
    entry,
    'process.send({ type: "ready" }); process.on("message", () => process.send({ type: "label", id: 1 }));',
  );
  await assert.rejects(engine(t, { entry }).modelInfo(model), {
    code: 'engine_died',
    message: /not understood/,
  });
});

test('disposing ends the process and every call', async () => {
  const client = new EngineClient({ cpuThreads: 1 });
  await client.modelInfo(model);
  const { pid } = client;
  assert.ok(pid);
  const running = assert.rejects(client.label(ask(questions[0])), { code: 'engine_died' });
  await client.dispose();
  await running;
  await gone(pid);
  await assert.rejects(client.modelInfo(model), { code: 'engine_died' });
  await client.dispose();
});

for (const doing of ['idle', 'busy'] as const) {
  test(`no orphan is left when the backend is killed while the engine is ${doing}`, async (t) => {
    const script = join(temporaryDir(t), 'backend.ts');
    const client = new URL('../../src-main/engine/client.ts', import.meta.url).href;
    const hang = join(temporaryDir(t), 'host.mjs');
    // A host whose main thread never comes back, with the real one's watching thread.
    writeFileSync(
      hang,
      `import { readFileSync } from 'node:fs';
       await import(${JSON.stringify(new URL('../../src-main/engine/host.ts', import.meta.url).href)});
       process.on('message', () => { for (;;); });`,
    );
    writeFileSync(
      script,
      `import { EngineClient } from ${JSON.stringify(client)};
       const engine = new EngineClient(${doing === 'busy' ? JSON.stringify({ entry: hang }) : '{}'});
       const call = engine.modelInfo(${JSON.stringify(model)});
       engine.onStatus(({ state }) => state === 'ready' && setTimeout(() => console.log(engine.pid), 100));
       ${doing === 'idle' ? 'await call;' : 'call.catch(() => {});'}
       setInterval(() => {}, 1000);`,
    );
    const backend = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(backend.stdout.setEncoding('utf8'), 'data')) as [string];
    const pid = Number(line.trim());
    process.kill(pid, 0);
    backend.kill('SIGKILL');
    await gone(pid);
  });
}

test('an idle engine does not keep its backend alive', async (t) => {
  const script = join(temporaryDir(t), 'backend.ts');
  writeFileSync(
    script,
    `import { EngineClient } from ${JSON.stringify(new URL('../../src-main/engine/client.ts', import.meta.url).href)};
     console.log((await new EngineClient().modelInfo(${JSON.stringify(model)})).layers);`,
  );
  const backend = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  backend.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [code] = (await once(backend, 'exit')) as [number];
  assert.deepEqual([code, out.trim()], [0, '6']);
});

/** A host that answers calls but for those about the picture `stuck`, which block its thread or never end. */
function stuckHost(t: TestContext, how: 'blocks' | 'waits'): { entry: string; log: string } {
  const dir = temporaryDir(t);
  const [entry, log] = [join(dir, 'host.mjs'), join(dir, 'log')];
  writeFileSync(log, '');
  writeFileSync(
    entry,
    `import { appendFileSync } from 'node:fs';
     const wait = new Int32Array(new SharedArrayBuffer(4));
     const answer = ({ id }) => process.send({ type: 'error', id, error: { code: 'bad_image', message: 'not a picture', where: null, next: null } });
     let busy = false;
     const queue = [];
     const next = () => {
       if (busy || queue.length === 0) return;
       const call = queue.shift();
       appendFileSync(${JSON.stringify(log)}, process.pid + ' ' + call.input.imagePath + '\\n');
       if (call.input.imagePath !== '/stuck') return answer(call), next();
       ${how === 'blocks' ? 'Atomics.wait(wait, 0, 0, 60_000);' : 'busy = true;'}
     };
     process.on('message', (call) => call.type !== 'cancel' && (queue.push(call), next()));
     process.on('disconnect', () => process.exit(0));
     process.send({ type: 'ready' });`,
  );
  return { entry, log };
}

for (const how of ['blocks', 'waits'] as const) {
  test(`11-C21: a cancelled call that ${how} for ever costs its process; what waited goes to the next one`, async (t) => {
    const { entry, log } = stuckHost(t, how);
    const client = engine(t, { entry, stopMs: 300 });
    const messages: string[] = [];
    client.onStatus(({ message }) => message !== null && messages.push(message));
    const controller = new AbortController();
    const about = (imagePath: string): LabelRequest => ({ ...ask(questions[0]), imagePath });
    const stuck = client.label(about('/stuck'), controller.signal);
    const behind = client.label(about('/behind'));
    while (!readFileSync(log, 'utf8').includes('/stuck')) await sleep(20);
    const { pid } = client;
    assert.ok(pid);
    controller.abort();
    await assert.rejects(stuck, { code: 'cancelled' });
    await assert.rejects(behind, { code: 'bad_image' }, 'the next process answers it, once');
    await gone(pid);
    const seen = readFileSync(log, 'utf8').trim().split('\n');
    assert.deepEqual(
      seen.map((line) => line.split(' ')[1]),
      ['/stuck', '/behind'],
    );
    assert.equal(new Set(seen.map((line) => line.split(' ')[0])).size, 2);
    assert.match(messages.join('\n'), /did not stop within 0\.3 s: the engine is started anew/);
    await assert.rejects(client.label(about('/later')), { code: 'bad_image' });
  });
}

test('11-C21: a cancelled call that waits its turn costs nothing; one that stops in time neither', async (t) => {
  const client = engine(t, { stopMs: 60_000 });
  await client.modelInfo(model);
  const { pid } = client;
  const controller = new AbortController();
  const first = client.label(ask(questions[0]));
  const second = client.label(ask(questions[1]), controller.signal);
  controller.abort();
  await assert.rejects(second, { code: 'cancelled' });
  await first;
  await client.label(ask(questions[2]));
  assert.equal(client.pid, pid);
});

test('features come as a label leaves them, and an RPN alone answers about them without its model', async (t) => {
  const client = engine(t);
  const [question] = questions;
  const { preset, imagePath, question: text } = ask(question);
  const label = await client.label({
    ...ask(question),
    want: { ...want, featuresOf: 1 },
  });
  const alone = await client.features({ model, preset, imagePath, question: text, layer: 1 });
  assert.ok(label.features instanceof Uint8Array);
  assert.deepEqual(alone.features, label.features);
  const found = await client.predict({ model, preset, features: alone.features });
  const numbers = (map: { bits: Uint16Array } | null) => decodeFloat16(map!.bits);
  // Of rounded rows: the last digit of a float16 may differ.
  assert.ok(relativeDifference(numbers(found.rpn), numbers(label.maps.rpn)) < 2e-3);
  assert.deepEqual(found.boxes, label.boxes.rpn);
  assert.ok(found.timings['rpn'] > 0 && found.timings['prefill'] === undefined);
  await assert.rejects(client.features({ model, preset, imagePath, question: text, layer: 99 }), {
    code: 'bad_input',
  });
  await assert.rejects(client.predict({ model, preset, features: new Uint8Array(9) }), { code: 'bad_input' });
});
