/** Workers and a host of real processes on a real PostgreSQL, killed at random moments: every sample exactly once in the store. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import { read } from '../../src-main/store/db.ts';
import { createProject, openProject } from '../../src-main/store/file/project.ts';
import { listJobs } from '../../src-main/store/jobs/job.ts';
import { getPredictionMaps } from '../../src-main/store/predictions/prediction.ts';
import { someScenes } from '../app/cli/scenes.ts';
import { comes, until } from '../support/comes.ts';
import { startFovea, told, type FoveaProcess } from '../support/fovea-process.ts';
import { startPostgres, whyNoPostgres } from '../support/postgres.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const SAMPLES = 24;
const CHUNK = 3;
const seed = Number(process.env.FOVEA_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(
  'two of three workers and the host are killed at random moments: every sample is labelled exactly once',
  { skip: whyNoPostgres() ?? false },
  async (t) => {
    t.diagnostic(`seed ${seed}`);
    const next = seededRandom(seed);
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const dir = temporaryDir(t);
    const path = join(dir, 'project');
    const { imagesDir, questionsFile } = someScenes(join(dir, 'scenes'), SAMPLES);
    const project = await createProject(path, 'shared', async (fresh) => {
      await importQuestions(fresh, { imagesDir, questionsFile });
    });
    project.close();

    const env = { FOVEA_QUEUE: postgres.url, FOVEA_QUEUE_HEARTBEAT: '10', FOVEA_HOME: join(dir, 'home') };
    const running = new Set<FoveaProcess>();
    t.after(() => running.forEach(({ child }) => child.kill('SIGKILL')));
    /** Those whose end is waited for. */
    const ending = new Set<FoveaProcess>();
    const early = Promise.withResolvers<never>();
    early.promise.catch(() => undefined);
    const start = (...args: string[]): FoveaProcess => {
      const started = startFovea(args, env);
      running.add(started);
      void started.ended.then((code) => {
        if (code !== 0 && !ending.has(started))
          early.reject(new Error(`one ended by itself\n${told(started)}`));
      });
      return started;
    };
    const host = (): FoveaProcess => start('label', path, '--queue', '--chunk', String(CHUNK), '--json');
    const worker = (): FoveaProcess => start('worker', '--queue', '--json');
    const written = (): number => {
      const opened = openProject(path);
      try {
        return read<{ n: number }>(opened.db, 'SELECT COUNT(*) AS n FROM prediction').get()!.n;
      } finally {
        opened.close();
      }
    };
    const all = (): string => [...running].map(told).join('\n');
    const labelled = (samples: number): Promise<void> => {
      const what = `${samples} samples in the project`;
      return until(() => written() >= samples, { what, said: all }, early.promise);
    };
    const end = (one: FoveaProcess, what: string): Promise<number | null> => {
      ending.add(one);
      return comes(Promise.race([one.ended, early.promise]), { what: `the end of ${what}`, said: all });
    };
    const kill = async (one: FoveaProcess, what: string): Promise<void> => {
      await delay(next() * 300);
      one.child.kill('SIGKILL');
      await end(one, what);
    };

    const first = host();
    const workers = [worker(), worker(), worker()] as const;
    await labelled(1 + Math.floor(next() * 5));
    await kill(workers[0], 'the first worker, killed');
    await labelled(6 + Math.floor(next() * 5));
    await kill(first, 'the first host, killed');
    // Workers go on meanwhile, or wait for the pictures of a host that is away.
    await delay(next() * 500);
    const second = host();
    await labelled(12 + Math.floor(next() * 4));
    await kill(workers[1], 'the second worker, killed');
    assert.equal(await end(second, 'the second host, which has all there is'), 0, second.said());
    workers[2].child.kill('SIGTERM');
    assert.equal(await end(workers[2], 'the third worker, asked to stop'), 0, workers[2].said());

    const after = openProject(path);
    t.after(() => after.close());
    const rows = read<{ id: number; sample_id: number }>(
      after.db,
      'SELECT id, sample_id FROM prediction ORDER BY sample_id',
    ).all();
    assert.deepEqual(
      rows.map((row) => row.sample_id),
      Array.from({ length: SAMPLES }, (_, i) => i + 1),
    );
    for (const { id } of rows) assert.ok(getPredictionMaps(after.db, id)?.rpn, `maps of prediction ${id}`);
    assert.deepEqual(
      listJobs(after.db).map(({ state }) => state),
      ['done', 'cancelled'],
    );
    assert.equal(after.db.pragma('integrity_check', { simple: true }), 'ok');
  },
);
