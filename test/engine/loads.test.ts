/** Many loads, whole or cancelled, in one engine process: each leaves as it found it what the next one needs. */
import assert from 'node:assert/strict';
import { cpSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { EngineClient } from '../../src-main/engine/client.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { demoRequest } from '../support/demo-subject.ts';
import { processFacts } from '../support/process-facts.ts';
import type { ProcessFacts } from '../support/process-facts.ts';

const LOADS = 20;
/** Loads after which allocators and compiled code have their size. */
const WARM_UP = 4;
/** A third of what sixteen models of the demo's size (7 MB of weights each, used twice) would keep. */
const MAX_GROWTH = 64e6;

const linux = process.platform === 'linux';
const [question] = demoGolden<{ image: string; text: string; answer_ids: number[] }[]>('greedy_100.json');
assert.ok(question);

/** The demo model under another name: to the engine another model. */
function another(dir: string, name: string): LabelRequest['model'] {
  const link = join(dir, name);
  symlinkSync(DEMO_CHECKPOINT, link, 'junction');
  return { dir: link, device: 'cpu' };
}

const factsOf = (client: EngineClient): ProcessFacts | null => {
  assert.ok(client.pid);
  return linux ? processFacts(client.pid) : null;
};

function assertNoLeak(before: ProcessFacts | null, after: ProcessFacts | null): void {
  if (!before || !after) return;
  const { anonymousBytes, openFiles, threads, ...same } = after;
  assert.deepEqual(same, { mappedWeights: before.mappedWeights, children: 0 });
  assert.ok(openFiles <= before.openFiles + 2, `open files: ${before.openFiles} → ${openFiles}`);
  assert.ok(threads <= before.threads + 2, `threads: ${before.threads} → ${threads}`);
  const grown = anonymousBytes - before.anonymousBytes;
  assert.ok(grown < MAX_GROWTH, `memory grew by ${Math.round(grown / 1e6)} MB`);
}

test('twenty models in a row leave the memory of one', async (t) => {
  const dir = temporaryDir(t);
  const client = new EngineClient({ cpuThreads: 1 });
  t.after(() => client.dispose());
  let warm: ProcessFacts | null = null;
  let pid: number | null = null;
  for (let i = 0; i < LOADS; i++) {
    const model = another(dir, `model-${i}`);
    assert.equal((await client.modelInfo(model)).dir, model.dir);
    const outcome = await client.label({ model, ...demoRequest(question) });
    assert.deepEqual(outcome.answerTokens, question.answer_ids);
    if (i === WARM_UP - 1) [warm, pid] = [factsOf(client), client.pid];
  }
  assert.equal(client.pid, pid, 'one process all along');
  if (linux) assert.ok((warm?.mappedWeights ?? 0) > 0, 'mapped weights are seen');
  assertNoLeak(warm, factsOf(client));
});

test('twenty cancelled loads leave nothing behind', async (t) => {
  const dir = temporaryDir(t);
  const client = new EngineClient({ cpuThreads: 1 });
  t.after(() => client.dispose());
  const home = another(dir, 'home');
  const settle = async (): Promise<ProcessFacts | null> => {
    await client.label({ model: home, ...demoRequest(question) });
    return factsOf(client);
  };
  for (let i = 0; i < WARM_UP; i++)
    await client.label({ model: another(dir, `warm-${i}`), ...demoRequest(question) });
  const before = await settle();
  const { pid } = client;
  let cancelled = 0;
  for (let i = 0; i < LOADS; i++) {
    const model = another(dir, `model-${i}`);
    const controller = new AbortController();
    const { signal } = controller;
    // A load alone, and one that a label waits for.
    const call =
      i % 2 === 0
        ? client.modelInfo(model, signal)
        : client.label({ model, ...demoRequest(question) }, signal);
    const end = call.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    // Before it is begun, in the midst of it, and late.
    await sleep(2 * i);
    controller.abort();
    const code = await end;
    assert.ok(code === 'cancelled' || (code === 'done' && i > 0), code);
    if (code === 'cancelled') cancelled++;
  }
  assert.ok(cancelled > 0);
  assertNoLeak(before, await settle());
  assert.equal(client.pid, pid, 'one process all along');
});

test('a model is loaded anew when a file of it is replaced, and not for what else is put beside it', async (t) => {
  const dir = join(temporaryDir(t), 'model');
  cpSync(DEMO_CHECKPOINT, dir, { recursive: true });
  const client = new EngineClient({ cpuThreads: 1 });
  t.after(() => client.dispose());
  const load = async (): Promise<number> => (await client.modelInfo({ dir, device: 'cpu' })).loadMs;
  const first = await load();
  for (const name of ['picture.png', 'features-1', 'notes.md', 'run.log'])
    writeFileSync(join(dir, name), 'x');
  assert.equal(await load(), first);
  utimesSync(join(dir, 'config.json'), 1, 1);
  assert.notEqual(await load(), first);
});
