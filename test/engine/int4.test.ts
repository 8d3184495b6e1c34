/** The engine writes a missing int4 cache itself: it says how far it is, stops when nobody waits, and goes on later. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineClient } from '../../src-main/engine/client.ts';
import { writeCheckpoint } from '../bench/fullsize/checkpoint.ts';
import { shapes } from '../bench/fullsize/shapes.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const [shape] = shapes('small');
assert.ok(shape);

test('a cache is written with progress, and a cancelled call stops it where the next goes on', async (t) => {
  const home = temporaryDir(t);
  process.env.FOVEA_HOME = home;
  t.after(() => delete process.env.FOVEA_HOME);
  const dir = join(home, 'model');
  writeCheckpoint(dir, shape);
  const client = new EngineClient({ cpuThreads: 1 });
  t.after(() => client.dispose());
  const model = { dir, device: 'cpu', precision: 'int4' } as const;
  const controller = new AbortController();
  const said: string[] = [];
  client.onStatus(({ message }) => {
    if (message?.startsWith('writing int4 weights') !== true) return;
    said.push(message);
    controller.abort();
  });
  await assert.rejects(client.modelInfo(model, controller.signal), { code: 'cancelled' });
  assert.match(said[0] ?? '', /^writing int4 weights, \d+%$/);
  // Calls are answered in order: the cancelled one has ended when this one is.
  const stored = await client.modelInfo({ dir: DEMO_CHECKPOINT, device: 'cpu' });
  assert.equal(stored.precision, 'as-stored');
  const endings = () => readdirSync(join(home, 'cache')).map((name) => name.replace(/^.*?\.int4/, ''));
  assert.ok(
    endings().includes('.safetensors.part') && !endings().includes('.safetensors'),
    String(endings()),
  );

  const info = await client.modelInfo(model);
  assert.equal(info.precision, 'int4');
  assert.equal(client.status.message, null);
  assert.ok(endings().includes('.safetensors'));
});
