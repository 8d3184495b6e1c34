/** Samples a second of the demo model on this machine: `fovea label` alone, and 1, 2 and 4 workers on a queue. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { read } from '../../../src-main/store/db.ts';
import { createProject, openProject } from '../../../src-main/store/file/project.ts';
import { someScenes } from '../../app/cli/scenes.ts';
import { startFovea, type FoveaProcess } from '../../support/fovea-process.ts';

export interface RateReport {
  /** Null: `fovea label` by itself. */
  readonly workers: number | null;
  readonly samplesPerSecond: number;
}

/** Of each project the first samples are not counted: models load meanwhile. */
const WARM = 0.2;

export async function labelRates(
  url: string,
  dir: string,
  samples: number,
  say: (line: string) => void,
): Promise<RateReport[]> {
  const scenes = someScenes(join(dir, 'scenes'), samples);
  const env = { FOVEA_QUEUE: url, FOVEA_HOME: join(dir, 'home') };
  const reports: RateReport[] = [];
  for (const workers of [null, 1, 2, 4]) {
    const path = join(dir, `project-${workers ?? 'alone'}`);
    const project = await createProject(path, 'bench', async (fresh) => {
      await importQuestions(fresh, scenes);
    });
    project.close();
    const own = Array.from({ length: workers ?? 0 }, () => startFovea(['worker', '--queue', '--json'], env));
    // All have looked at the queue before there is anything.
    if (workers !== null) await delay(3_000);
    const queue = workers === null ? [] : ['--queue', '--chunk', '8'];
    const host = startFovea(['label', path, ...queue, '--json'], env);
    const samplesPerSecond = await pace(path, samples, host);
    for (const one of own) one.child.kill('SIGTERM');
    await Promise.all(own.map(({ ended }) => ended));
    say(
      `${workers === null ? 'fovea label alone' : `${workers} worker${workers === 1 ? '' : 's'}`}: ${samplesPerSecond.toFixed(2)} samples/s`,
    );
    reports.push({ workers, samplesPerSecond });
  }
  return reports;
}

async function pace(path: string, samples: number, host: FoveaProcess): Promise<number> {
  const project = openProject(path);
  try {
    const count = (): number =>
      read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM prediction').get()!.n;
    const warm = Math.ceil(samples * WARM);
    const until = async (n: number): Promise<{ at: number; n: number }> => {
      for (;;) {
        const now = count();
        if (now >= n) return { at: performance.now(), n: now };
        if (host.child.exitCode) throw new Error(host.said());
        await delay(20);
      }
    };
    const first = await until(warm);
    const last = await until(samples);
    if ((await host.ended) !== 0) throw new Error(host.said());
    return (1000 * (last.n - first.n)) / (last.at - first.at);
  } finally {
    project.close();
  }
}
