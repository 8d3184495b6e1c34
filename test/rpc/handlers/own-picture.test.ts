/** A question about a picture of no project: nothing is kept, nothing is left, and the newest question wins. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { OWN_PICTURE_BYTES } from '../../../src-shared/contract/procedures.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { type FakeBehaviour, fakeEngine } from '../../support/fake-engine.ts';
import { standInResources, writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

async function start(t: TestContext, behave: FakeBehaviour = () => {}) {
  const dir = temporaryDir(t);
  const resources = await standInResources(dir);
  const engine = fakeEngine(behave);
  const backend = await createBackend({
    engine,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources,
    projectPath: null,
  });
  t.after(() => backend.dispose());
  const picture = join(dir, 'mine.png');
  await writePng(picture, 30, 20);
  return { ...callsOf(backend), backend, engine, picture };
}

const ask = { slot: 'a', path: null, sent: null, model: null, presetId: null, question: 'Which code?' };
const sent = (picture: string) => ({ name: 'mine.png', bytes: new Uint8Array(readFileSync(picture)) });
const leftIn = (folder: string) =>
  readdirSync(folder).filter((name) => name.startsWith('fovea-own-picture-'));

test('a picture by its path, and the same one as the page sent it, are asked the same by the demo model', async (t) => {
  const { call, engine, picture } = await start(t);
  const before = leftIn(tmpdir());
  const byPath = await call('ownPicture.ask', { ...ask, path: picture });
  const bySending = await call('ownPicture.ask', { ...ask, sent: sent(picture) });
  assert.deepEqual({ ...bySending, timings: {} }, { ...byPath, timings: {} });
  assert.equal(Buffer.from(byPath.preview).toString('latin1', 8, 12), 'WEBP');
  const [first, second] = engine.asked;
  assert.ok(first && second);
  assert.deepEqual([first.imagePath, first.preset.id, first.answerMode], [picture, 'demo', 'self']);
  assert.equal(existsSync(dirname(second.imagePath)), false, 'the copy is gone');
  assert.deepEqual(leftIn(tmpdir()), before);
  await assert.rejects(call('project.summary', {}), { code: 'not_found' }, 'no project came of it');
});

test('what is no picture is refused before a model is asked, and nothing is left of it', async (t) => {
  const { call, engine, picture } = await start(t);
  const before = leftIn(tmpdir());
  const text = { name: 'notes.png', bytes: new TextEncoder().encode('no picture at all') };
  await assert.rejects(call('ownPicture.ask', { ...ask, sent: text }), { code: 'bad_image' });
  await assert.rejects(call('ownPicture.ask', { ...ask, path: `${picture}.gone` }), { code: 'not_found' });
  await assert.rejects(call('ownPicture.ask', ask), { code: 'bad_input' }, 'neither path nor bytes');
  await assert.rejects(call('ownPicture.ask', { ...ask, path: picture, sent: sent(picture) }), {
    code: 'bad_input',
  });
  const large = { name: 'large.png', bytes: new Uint8Array(OWN_PICTURE_BYTES + 1) };
  await assert.rejects(call('ownPicture.ask', { ...ask, sent: large }), { code: 'bad_input' });
  await assert.rejects(call('ownPicture.ask', { ...ask, path: picture, model: 'nobody/has-it' }), {
    code: 'not_found',
  });
  assert.equal(engine.asked.length, 0);
  assert.deepEqual(leftIn(tmpdir()), before);
});

test('a newer question, a cancel and the end of the backend stop the one before', async (t) => {
  const forever: FakeBehaviour = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new FoveaError('cancelled', 'stopped')));
    });
  let waits = true;
  const { call, backend, engine, picture } = await start(t, (request, signal) =>
    waits ? forever(request, signal) : undefined,
  );
  const begun = async (count: number): Promise<void> => {
    while (engine.asked.length < count) await delay(2);
  };
  const first = call('ownPicture.ask', { ...ask, path: picture });
  const firstEnds = assert.rejects(first, { code: 'cancelled' });
  await begun(1);
  const second = call('ownPicture.ask', { ...ask, path: picture });
  await firstEnds;
  const secondEnds = assert.rejects(second, { code: 'cancelled' });
  await begun(2);
  await call('ownPicture.cancel', { slot: 'another page' });
  await call('ownPicture.cancel', { slot: 'a' });
  await secondEnds;
  waits = false;
  assert.equal((await call('ownPicture.ask', { ...ask, path: picture })).question, ask.question);
  waits = true;
  const last = call('ownPicture.ask', { ...ask, sent: sent(picture) });
  const lastEnds = assert.rejects(last, { code: 'cancelled' });
  await begun(4);
  await backend.dispose();
  await lastEnds;
  const copy = engine.asked.at(-1)?.imagePath ?? '';
  assert.equal(basename(copy), 'picture');
  assert.equal(existsSync(copy), false);
});
