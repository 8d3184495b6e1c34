/** The script that starts workers on a cluster, run as Slurm and Kubernetes do: to an empty queue, and asked to end early. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { comes, until } from '../support/comes.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { startPostgres, whyNoPostgres } from '../support/postgres.ts';
import { connected } from '../support/shared-run.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { listWorkers } from '../../src-main/workers/queue/workers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = join(ROOT, 'docs/workers/worker.sh');

function start(t: TestContext, env: Record<string, string>) {
  const child = spawn('bash', [SCRIPT], {
    env: { ...process.env, FOVEA_HOME: temporaryDir(t), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (said += String(part)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    said: () => said,
    ended: () => comes(ended, { what: 'the end of the script', said: () => said }),
  };
}

test('without what it needs the script says what is missing', async (t) => {
  const started = start(t, { FOVEA: '', MODEL: '' });
  assert.notEqual(await started.ended(), 0);
  assert.match(started.said(), /Set FOVEA/);
});

test(
  'a worker of a cluster ends with 0 once the queue stays empty, and when it is asked to',
  { skip: whyNoPostgres() ?? false },
  async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const queue = await connected(t, postgres.url);
    const env = { FOVEA: ROOT, MODEL: DEMO_CHECKPOINT, FOVEA_QUEUE: postgres.url };
    const idle = start(t, { ...env, IDLE_SECONDS: '1' });
    assert.equal(await idle.ended(), 0, idle.said());
    assert.match(idle.said(), /Labelled 0 samples of 0 chunks/);

    const asked = start(t, { ...env, IDLE_SECONDS: '600' });
    const listed = async (): Promise<boolean> => (await listWorkers(queue)).length > 0;
    await until(listed, { what: 'a worker in the list', said: asked.said });
    asked.child.kill('SIGTERM');
    assert.equal(await asked.ended(), 0, asked.said());
    assert.deepEqual(await listWorkers(queue), []);
  },
);
