/** A run on the queue with fake engines: what is stored, what is refused, what others may write, and who may be away. */
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Engine } from '../../src-main/engine/protocol.ts';
import { read, write } from '../../src-main/store/db.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { getJobRecord, listJobs } from '../../src-main/store/jobs/job.ts';
import { getPredictionMaps } from '../../src-main/store/predictions/prediction.ts';
import { sharedSample } from '../../src-main/store/predictions/to-share.ts';
import { askedOf } from '../../src-main/workers/protocol/chunk.ts';
import { encodeResult } from '../../src-main/workers/protocol/result.ts';
import { countChunks } from '../../src-main/workers/queue/chunks.ts';
import type { QueueDatabase } from '../../src-main/workers/queue/database.ts';
import { putResult } from '../../src-main/workers/queue/results.ts';
import type { HostEvent } from '../../src-main/workers/host/host.ts';
import { sharedRuns, type SharedRun } from '../../src-main/workers/queue/runs.ts';
import { until } from '../support/comes.ts';
import { fakeEngine, fakeOutcome } from '../support/fake-engine.ts';
import { featureProject, TEXTS } from '../support/feature-project.ts';
import { startPostgres, whyNoPostgres, type Postgres } from '../support/postgres.ts';
import { testPreset } from '../support/project.ts';
import { writePng } from '../support/scenes.ts';
import { connected, host, paramsOf, worker } from '../support/shared-run.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const WORKER = '00000000-0000-4000-8000-000000000000';

function stored(project: Project): Record<string, string> {
  const rows = read<{ question: string; answer: string }>(
    project.db,
    'SELECT s.question, p.answer FROM prediction p JOIN sample s ON s.id = p.sample_id ORDER BY s.id',
  ).all();
  return Object.fromEntries(rows.map(({ question, answer }) => [question, answer]));
}

/** What a sample is asked. */
function asked(project: Project, id: number): string {
  return askedOf({ ...sharedSample(project.db, id)!, answer: null });
}

const everything = Object.fromEntries(TEXTS.map((text) => [text, fakeOutcome(text).answer]));

describe('a shared run', { skip: whyNoPostgres() ?? false }, () => {
  let postgres: Postgres;
  before(async () => void (postgres = await startPostgres()));
  after(() => postgres.stop());

  /** A project, its queue, and no run in it. */
  async function set(t: TestContext) {
    const queue = await connected(t, postgres.url);
    await queue.run('DELETE FROM fovea.run');
    return { queue, ...(await featureProject(t)) };
  }

  async function runThere(queue: QueueDatabase): Promise<SharedRun> {
    for (let waited = 0; waited < 10_000; waited += 20) {
      const [run] = await sharedRuns(queue);
      if (run && (await countChunks(queue, run.key)).waiting > 0) return run;
      await delay(20);
    }
    throw new Error('nothing comes into the queue');
  }

  test('what a worker found is stored as it would have been here, and the queue is left empty', async (t) => {
    const { queue, project, dir } = await set(t);
    const { report } = worker(t, queue, dir, { idleMs: 3000 });
    const said = await host(queue, project, paramsOf(dir));
    assert.deepEqual([said.done, said.failed, said.cancelled], [4, 0, false]);
    assert.deepEqual(stored(project), everything);
    for (const { id, question } of read<{ id: number; question: string }>(
      project.db,
      'SELECT p.id, s.question FROM prediction p JOIN sample s ON s.id = p.sample_id',
    ).all()) {
      assert.deepEqual(getPredictionMaps(project.db, id), fakeOutcome(question).maps);
    }
    assert.deepEqual(await sharedRuns(queue), []);
    assert.equal((await report).done, 4);
  });

  test('a worker with another model, version or preset takes no chunk and says why; the right one does all', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const run = await runThere(queue);
    const other = temporaryDir(t);
    writeFileSync(join(other, 'config.json'), '{"other": true}');
    for (const [options, words] of [
      [{ model: { dir: other, device: 'auto' } }, /its model .* is not the one here/],
      [{ version: 'another' }, /was made by Fovea test, this is another/],
    ] as const) {
      const engine = fakeEngine();
      const refusing = worker(t, queue, dir, { ...options, engine });
      const { done: count, refused } = await refusing.report;
      assert.equal(count, 0);
      assert.match(refused[0]?.reason ?? '', words);
      assert.ok(refusing.events.some(({ kind }) => kind === 'refused'));
      assert.equal(engine.asked.length, 0);
    }
    await queue.run(
      "UPDATE fovea.run SET spec = jsonb_set(spec, '{presetSha256}', to_jsonb(repeat('0', 64)))",
    );
    const wrong = await worker(t, queue, dir).report;
    assert.match(wrong.refused[0]?.reason ?? '', /its preset test is not the one/);
    await queue.run('UPDATE fovea.run SET spec = $1', [JSON.stringify(run.spec)]);
    const counts = await countChunks(queue, run.key);
    assert.deepEqual([counts.waiting, counts.active, counts.retried], [3, 0, 0], 'every chunk still waits');
    worker(t, queue, dir, { idleMs: null });
    await done;
    assert.deepEqual(stored(project), everything);
  });

  test('a model that is changed between two chunks refuses the next one, which goes back to the queue', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const run = await runThere(queue);
    const engine = fakeEngine(() => writeFileSync(join(dir, 'config.json'), '{"changed": true}'));
    const { refused } = await worker(t, queue, dir, { engine }).report;
    assert.match(refused[0]?.reason ?? '', /is not the one here/);
    assert.ok((await countChunks(queue, run.key)).waiting >= 1);
    writeFileSync(join(dir, 'config.json'), '{}');
    worker(t, queue, dir, { idleMs: null });
    await done;
    assert.deepEqual(stored(project), everything);
  });

  test('an engine that dies while it loads the model is asked again, and its worker goes on', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const engine = fakeEngine();
    let loads = 0;
    const modelInfo: Engine['modelInfo'] = (model) =>
      ++loads < 3 ? Promise.reject(new FoveaError('engine_died', 'it died')) : engine.modelInfo(model);
    const { report } = worker(t, queue, dir, { engine: { ...engine, modelInfo }, idleMs: null });
    await Promise.race([done, report.then(() => assert.fail('the worker ended'))]);
    assert.deepEqual(stored(project), everything);
    assert.equal(loads, 3);
  });

  test('a chunk is shown to be worked on while the model is loaded for it', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir), { heartbeatSeconds: 10 });
    const run = await runThere(queue);
    const beat = async (): Promise<string | undefined> => {
      const sql = "SELECT heartbeat_on::text AS at FROM fovea_boss.job WHERE name = $1 AND state = 'active'";
      return (await queue.rows(z.object({ at: z.string() }), sql, [`label/${run.key}`]))[0]?.at;
    };
    const engine = fakeEngine();
    const modelInfo: Engine['modelInfo'] = async (model) => {
      const taken = await beat();
      await until(async () => (await beat()) !== taken, { what: 'the next beat' });
      return engine.modelInfo(model);
    };
    const { report } = worker(t, queue, dir, { engine: { ...engine, modelInfo }, idleMs: null });
    await Promise.race([done, report.then(() => assert.fail('the worker ended'))]);
    assert.deepEqual(stored(project), everything);
  });

  test('a model that cannot be read for a while ends no worker: it says why, and goes on once it can', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    await runThere(queue);
    const away = `${dir}-away`;
    renameSync(dir, away);
    const { report, events } = worker(t, queue, dir, { idleMs: null, refusedMs: 50 });
    const ended = report.then(() => Promise.reject(new Error('the worker ended')));
    const refused = () => events.find((one) => one.kind === 'refused');
    await until(() => refused() !== undefined, { what: 'a refusal' }, ended);
    assert.match(refused()!.reason, /the model folder cannot be read/);
    renameSync(away, dir);
    await Promise.race([done, ended]);
    assert.deepEqual(stored(project), everything);
    ended.catch(() => undefined);
  });

  test('a model whose files do not answer while it is loaded goes back to the queue, and is loaded later', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const engine = fakeEngine();
    const silent = new FoveaError('io', 'the file does not answer');
    let loads = 0;
    const modelInfo: Engine['modelInfo'] = (model) =>
      ++loads === 1 ? Promise.reject(silent) : engine.modelInfo(model);
    const options = { idleMs: null, refusedMs: 50, engine: { ...engine, modelInfo } };
    const { report, events } = worker(t, queue, dir, options);
    await Promise.race([done, report.then(() => assert.fail('the worker ended'))]);
    assert.deepEqual(stored(project), everything);
    assert.ok(events.some((one) => one.kind === 'refused' && /does not answer/.test(one.reason)));
    report.catch(() => undefined);
  });

  test('a host says when no worker is there, once, and again when the last one is gone', async (t) => {
    const { queue, project, dir } = await set(t);
    await queue.run('DELETE FROM fovea.worker');
    const events: HostEvent[] = [];
    const stopping = new AbortController();
    const { signal } = stopping;
    const stopped = host(queue, project, paramsOf(dir), { events, noteMs: 20, signal });
    const alone = (): number => events.filter(({ kind }) => kind === 'alone').length;
    await until(() => alone() === 1, { what: 'the first word' });
    const held = fakeEngine((_, cancel) => delay(60_000, undefined, { signal: cancel }));
    const { stop, report } = worker(t, queue, dir, { engine: held, idleMs: null });
    const seen = (): boolean => JSON.stringify(getJobRecord(project.db, 1).workers).includes('"here":true');
    await until(seen, { what: 'the host to see its worker' });
    assert.equal(alone(), 1);
    stop();
    await report;
    await until(() => alone() === 2, { what: 'the second word' });
    stopping.abort();
    await stopped;
  });

  test('results that come again, or after the project has them, change nothing', async (t) => {
    const { queue, project, dir } = await set(t);
    const stopping = new AbortController();
    const first = host(queue, project, paramsOf(dir), { signal: stopping.signal });
    const run = await runThere(queue);
    const engine = fakeEngine(() => delay(20));
    await Promise.all([worker(t, queue, dir, { engine }).report, worker(t, queue, dir, { engine }).report]);
    stopping.abort();
    await first;
    assert.equal(engine.asked.length, 4, 'no sample was asked twice');
    const before = read(project.db, 'SELECT * FROM prediction').all();
    const sample = z.object({ sample: z.coerce.number(), asked: z.string() });
    const body = await encodeResult({ kind: 'failed', reason: 'late' });
    for (const { sample: id, asked } of await queue.rows(sample, 'SELECT sample, asked FROM fovea.result')) {
      const late = {
        id,
        asked,
        question: '',
        answer: null,
        picture: { id: 1, root: 1, path: 'x', bytes: 1, version: 1 },
      };
      await putResult(queue, run.key, WORKER, late, { body, failed: true });
    }
    await host(queue, project, paramsOf(dir));
    assert.deepEqual(read(project.db, 'SELECT * FROM prediction').all(), before);
  });

  test('a host that died between its commit and telling the queue writes nothing again', async (t) => {
    const { queue, project, dir } = await set(t);
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    const engine = fakeEngine((request) =>
      'question' in request && request.question === 'four' ? held : undefined,
    );
    const done = host(queue, project, paramsOf(dir));
    await runThere(queue);
    worker(t, queue, dir, { engine, idleMs: null });
    const states = () =>
      queue.rows(
        z.object({ state: z.number() }),
        'SELECT state FROM fovea.result WHERE state > 0 ORDER BY state',
      );
    const become = (...wanted: number[]): Promise<void> => {
      const what = `results in the states ${wanted.join()}`;
      return until(async () => (await states()).map(({ state }) => state).join() === wanted.join(), { what });
    };
    await until(() => Object.keys(stored(project)).length === 3, { what: 'three samples in the project' });
    const before = read(project.db, 'SELECT * FROM prediction').all();
    await become(2, 2, 2);
    const body = await encodeResult({ kind: 'failed', reason: 'late' });
    await queue.run('UPDATE fovea.result SET state = 1, body = $1 WHERE state = 2', [body]);
    await become(2, 2, 2);
    assert.deepEqual(read(project.db, 'SELECT * FROM prediction').all(), before);
    free();
    const report = await done;
    assert.deepEqual([report.done, report.failed], [4, 0]);
  });

  test('a host that was away takes what came meanwhile, and asks for nothing twice', async (t) => {
    const { queue, project, dir } = await set(t);
    const stopping = new AbortController();
    const stopped = host(queue, project, paramsOf(dir), { signal: stopping.signal });
    await runThere(queue);
    stopping.abort();
    assert.equal((await stopped).cancelled, true);
    const engine = fakeEngine();
    const waiting = worker(t, queue, dir, { engine, idleMs: null });
    await delay(300);
    assert.deepEqual(stored(project), {}, 'nobody hands out pictures');
    const report = await host(queue, project, paramsOf(dir));
    assert.deepEqual([report.done, report.failed], [4, 0]);
    assert.equal(engine.asked.length, 4);
    assert.ok(
      waiting.events.some(({ kind }) => kind === 'waiting'),
      'it said that it waits',
    );
    assert.deepEqual(
      listJobs(project.db).map(({ state }) => state),
      ['done', 'cancelled'],
    );
  });

  test('a database that goes down and comes back is waited for by both sides', async (t) => {
    const { queue, project, dir } = await set(t);
    const engine = fakeEngine(() => delay(60));
    worker(t, queue, dir, { engine, idleMs: null });
    const done = host(queue, project, paramsOf(dir));
    await until(() => engine.asked.length >= 2, { what: 'the second question' });
    await postgres.restart();
    const report = await done;
    assert.deepEqual([report.done, report.failed], [4, 0]);
    assert.deepEqual(stored(project), everything);
  });

  test('a sample that three workers ended at fails by itself; the others of its chunk are labelled', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const run = await runThere(queue);
    await queue.run('INSERT INTO fovea.result (run, sample, asked, state, begun) VALUES ($1, 2, $2, 0, 3)', [
      run.key,
      asked(project, 2),
    ]);
    worker(t, queue, dir, { idleMs: null });
    const report = await done;
    assert.deepEqual([report.done, report.failed], [3, 1]);
    assert.match(report.failures[0]?.reason ?? '', /3 workers ended while they were at this sample/);
  });

  test('samples that a worker ended at are labelled alone, so that one of them does not take the others along', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir), { chunkSize: 10 });
    const run = await runThere(queue);
    for (const id of [1, 2, 3]) {
      await queue.run(
        'INSERT INTO fovea.result (run, sample, asked, state, begun) VALUES ($1, $2, $3, 0, 2)',
        [run.key, id, asked(project, id)],
      );
    }
    let now = 0;
    const together: number[] = [];
    const engine = fakeEngine(async () => {
      together.push(++now);
      await delay(10);
      now--;
    });
    worker(t, queue, dir, { engine, idleMs: null });
    const report = await done;
    assert.deepEqual([report.done, report.failed, Math.max(...together)], [4, 0, 1]);
  });

  test('a sample under which the engine dies each time fails; the others of its chunk are labelled', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir), { chunkSize: 10 });
    const engine = fakeEngine((request) => {
      if ('question' in request && request.question === 'two') throw new FoveaError('engine_died', 'it died');
    });
    worker(t, queue, dir, { engine, idleMs: null });
    const report = await done;
    assert.deepEqual([report.done, report.failed], [3, 1]);
    assert.match(report.failures[0]?.reason ?? '', /the engine died 3 times on this sample/);
  });

  test('a sample that changed since it was asked for is asked for again, as it is now', async (t) => {
    const { queue, project, dir, at } = await set(t);
    const done = host(queue, project, paramsOf(dir), { chunkSize: 10 });
    await runThere(queue);
    write(project.db, "UPDATE sample SET question = 'changed' WHERE id = 1").run();
    await writePng(at('2.png'), 1);
    worker(t, queue, dir, { idleMs: null });
    await done;
    const { one: _, ...rest } = everything;
    assert.deepEqual(stored(project), { changed: fakeOutcome('changed').answer, ...rest });
    const versions = read<{ version: number }>(
      project.db,
      'SELECT picture_version AS version FROM prediction ORDER BY sample_id',
    ).all();
    assert.deepEqual(
      versions.map(({ version }) => version),
      [1, 2, 1, 2],
    );
  });

  test('what others write into the database is refused by its kind, and nothing of it is stored', async (t) => {
    const { queue, project, dir } = await set(t);
    const done = host(queue, project, paramsOf(dir));
    const run = await runThere(queue);
    await queue.run(
      "INSERT INTO fovea.result (run, sample, asked, state, body) VALUES ($1, 1, $2, 1, '\\x00')",
      [run.key, asked(project, 1)],
    );
    await queue.run(
      "INSERT INTO fovea.result (run, sample, asked, state, body) VALUES ($1, 99, 'x', 1, NULL)",
      [run.key],
    );
    const stranger = worker(t, queue, dir, { idleMs: null });
    const report = await done;
    assert.deepEqual([report.done, report.failed], [3, 1]);
    assert.match(report.failures[0]?.reason ?? '', /a worker's result cannot be read/);
    stranger.stop();
  });

  test('a chunk that is none of Fovea’s goes back, and its run is left alone for a while', async (t) => {
    const { queue, project, dir } = await set(t);
    const stopping = new AbortController();
    const stopped = host(queue, project, paramsOf(dir), { signal: stopping.signal });
    const run = await runThere(queue);
    await queue.run(`UPDATE fovea_boss.job SET data = '{"samples": 1}' WHERE name = $1`, [
      `label/${run.key}`,
    ]);
    const { refused, done } = await worker(t, queue, dir).report;
    assert.equal(done, 0);
    assert.match(refused[0]?.reason ?? '', /a chunk of the queue is not Fovea's/);
    stopping.abort();
    await stopped;
  });

  test('a copy of a project is refused while another host writes the run', async (t) => {
    const { queue, project, dir } = await set(t);
    const stopping = new AbortController();
    const stopped = host(queue, project, paramsOf(dir), { signal: stopping.signal });
    await runThere(queue);
    stopping.abort();
    await stopped;
    await queue.run("UPDATE fovea.run SET host = 'another machine /copy', host_seen = now()");
    await assert.rejects(host(queue, project, paramsOf(dir)), { code: 'project_busy' });
    await queue.run("UPDATE fovea.run SET host_seen = now() - interval '2 minutes'");
    worker(t, queue, dir, { idleMs: null });
    assert.equal((await host(queue, project, paramsOf(dir))).done, 4);
  });

  test('features are refused before anything is put into the queue', async (t) => {
    const { queue, project, dir } = await set(t);
    const params = paramsOf(dir, { keepFeatures: { budgetBytes: null }, preset: testPreset });
    await assert.rejects(host(queue, project, params), { code: 'usage' });
    assert.deepEqual(await sharedRuns(queue), []);
  });
});
