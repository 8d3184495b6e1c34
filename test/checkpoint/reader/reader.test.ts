/** Folders of others are read in a thread: the backend answers meanwhile, and what takes too long or too much is ended. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { readFacts } from '../../../src-main/library/facts.ts';
import { factsIn } from '../../../src-main/library/read.ts';
import { Reader } from '../../../src-main/checkpoint/reader/reader.ts';
import { promptOf, wholeFolders } from '../../../src-main/checkpoint/reader/prompts.ts';
import { readPrompts } from '../../../src-main/checkpoint/prompt-identity.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { writeRaw } from '../../support/safetensors.ts';
import { standInResources } from '../../support/scenes.ts';

const places = { downloads: '/nowhere', cache: '/nowhere' };

/** A thread that blocks for a while, takes memory, throws or echoes, as the folder's name says. */
function standIn(t: TestContext): URL {
  const file = join(temporaryDir(t), 'thread.mjs');
  writeFileSync(
    file,
    `import { parentPort, threadId } from 'node:worker_threads';
     const wait = new Int32Array(new SharedArrayBuffer(4));
     parentPort.on('message', ({ id, input: { dir } }) => {
       if (dir === 'slow') Atomics.wait(wait, 0, 0, 20_000);
       if (dir === 'large') { const list = []; for (let i = 0; i < 40_000_000; i++) list.push({ i }); }
       if (dir === 'broken') throw new Error('a bug');
       parentPort.postMessage({ id, answer: threadId, error: null });
     });`,
  );
  return pathToFileURL(file);
}

test('11-C21: reading says the same in the thread as here', async () => {
  assert.deepEqual(await factsIn(DEMO_CHECKPOINT, places), await readFacts(DEMO_CHECKPOINT, places));
  const { identity, asBefore } = await readPrompts({ dir: DEMO_CHECKPOINT });
  assert.deepEqual(await promptOf({ dir: DEMO_CHECKPOINT }, null), { identity: identity(null), asBefore });
  assert.deepEqual(await wholeFolders({ dir: DEMO_CHECKPOINT }), { dir: DEMO_CHECKPOINT });
  await assert.rejects(factsIn('/nowhere', places), { code: 'not_found', where: '/nowhere' });
});

test('11-C21: what takes too long or too much memory is ended in words, and the next question is answered', async (t) => {
  const reader = new Reader({ entry: standIn(t), ms: 3000, memoryMb: 40, idleMs: 50 });
  const ask = (dir: string, signal?: AbortSignal) =>
    reader.ask('rpnOnly', { dir }, z.number(), `/models/${dir}`, signal);
  const first = await ask('quick');
  assert.equal(await ask('quick'), first, 'one thread for all of them');
  const [slow, after] = await Promise.allSettled([
    assert.rejects(ask('slow'), {
      code: 'bad_checkpoint',
      message: 'reading the folder takes longer than the 3 s it may take',
      where: '/models/slow',
    }),
    ask('quick'),
  ]);
  assert.equal(slow.status, 'fulfilled');
  assert.ok(after.status === 'fulfilled' && after.value !== first, 'another thread answers what waited');
  await assert.rejects(ask('large'), { message: /takes more than the 40 MB of memory/ });
  await assert.rejects(ask('broken'), { code: 'bad_checkpoint', message: /a bug/ });
  const stop = new AbortController();
  const stopped = ask('slow', stop.signal);
  const waiting = ask('quick', stop.signal);
  stop.abort();
  await assert.rejects(stopped, { code: 'cancelled' });
  await assert.rejects(waiting, { code: 'cancelled' });
  assert.ok((await ask('quick')) > 0);
});

test('11-C21: a large header holds up nobody: calls made after it are answered before it', async (t) => {
  const dir = temporaryDir(t);
  const model = copyDemoCheckpoint(t);
  // 5 MB of honest header: 30,000 tensors of no bytes.
  const empty = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
  const header = Object.fromEntries(
    Array.from({ length: 30_000 }, (_, i) => [`${'x'.repeat(100)}${i}`, empty]),
  );
  writeRaw(join(model, 'model.safetensors'), header, new Uint8Array(0));
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: null,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources: await standInResources(dir),
    demoProjectDir: join(dir, 'demo'),
    dataDir: join(dir, 'home'),
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);
  const order: string[] = [];
  const adding = call('models.add', { path: model }).then(
    () => order.push('added'),
    () => order.push('refused'),
  );
  for (let i = 0; i < 20; i++) {
    await call('app.info', {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('info');
  }
  await adding;
  assert.deepEqual(order, [...Array.from({ length: 20 }, () => 'info'), 'refused']);
});
