/** The queue's client and ONNX Runtime are two processes: while the engine blocks, the chunk is shown to be worked on. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { loadPresets } from '../../src-main/jobs/presets/presets.ts';
import { EngineClient } from '../../src-main/engine/client.ts';
import { read } from '../../src-main/store/db.ts';
import { comes, until } from '../support/comes.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { featureProject } from '../support/feature-project.ts';
import { startPostgres, whyNoPostgres } from '../support/postgres.ts';
import { connected, host, paramsOf, worker } from '../support/shared-run.ts';

const PRESETS = join(import.meta.dirname, '../../models/presets');
/** The least that pg-boss takes; it is shown four times as often. */
const HEARTBEAT_S = 10;

test(
  'while the engine does not move for longer than a beat, the chunk stays its worker’s',
  { skip: whyNoPostgres() ?? false },
  async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const queue = await connected(t, postgres.url);
    const { project } = await featureProject(t);
    const engine = new EngineClient();
    t.after(() => engine.dispose());
    const preset = (await loadPresets(PRESETS)).find(({ id }) => id === 'demo')!;
    const done = host(queue, project, paramsOf(DEMO_CHECKPOINT, { preset }), {
      chunkSize: 10,
      heartbeatSeconds: HEARTBEAT_S,
    });
    const working = worker(t, queue, DEMO_CHECKPOINT, { engine, idleMs: null, inFlight: 1 });
    const labelled = (): boolean => working.events.some(({ kind }) => kind === 'sample');
    await until(labelled, { what: 'the first sample' });
    const { pid } = engine;
    assert.ok(pid !== null && pid !== process.pid, 'the engine is a process of its own');
    process.kill(pid, 'SIGSTOP');
    const beats = new Set<string>();
    try {
      const row = z.object({ at: z.string(), retries: z.number() });
      for (let waited = 0; beats.size < 3 && waited < 2 * HEARTBEAT_S * 1000; waited += 200) {
        const [job] = await queue.rows(
          row,
          "SELECT heartbeat_on::text AS at, retry_count AS retries FROM fovea_boss.job WHERE state = 'active'",
        );
        assert.equal(job?.retries, 0);
        beats.add(job.at);
        await delay(200);
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    assert.equal(beats.size, 3, 'the heart stood still with the engine');
    const report = await comes(done, { what: 'the end of the run' });
    assert.deepEqual([report.done, report.failed], [4, 0]);
    assert.equal(read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM prediction').get()!.n, 4);
    assert.ok(!working.events.some(({ kind }) => kind === 'lost'));
  },
);
