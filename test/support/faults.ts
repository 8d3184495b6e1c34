/**
 * Kill -9 during labelling, for `npm test` (a few) and `npm run soak` (many): real processes, real engine, seeded
 * moments. A moment is "after so many predictions, plus so many milliseconds", which means the same on a slow machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { FOVEA } from './program.ts';

export type Victim = 'engine' | 'backend';

export interface Kill {
  readonly victim: Victim;
  /** Predictions to wait for since the last kill. */
  readonly predictions: number;
  /** Milliseconds to wait after them. */
  readonly delayMs: number;
}

/** A small generator with a seed (mulberry32), so that a failing run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` kills, victims taking turns, each within the work of `samplesBetween` samples. */
export function planKills(seed: number, count: number, samplesBetween: number): Kill[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => ({
    victim: index % 2 === 0 ? 'engine' : 'backend',
    predictions: Math.floor(random() * samplesBetween),
    delayMs: Math.floor(random() * 400),
  }));
}

/** What labelling a project under a plan came to. */
export interface FaultReport {
  /** Kills that hit a living process. */
  readonly killed: Readonly<Record<Victim, number>>;
  /** Times `fovea label` was started. */
  readonly starts: number;
  /** What the last one printed. */
  readonly last: { readonly done: number; readonly failed: number; readonly skipped: number };
}

/** Labels `project` to the end, killing as planned and starting `fovea label` again whenever it was the victim. */
export async function labelUnderFire(project: string, kills: readonly Kill[]): Promise<FaultReport> {
  const killed = { engine: 0, backend: 0 };
  const left = [...kills];
  let starts = 0;
  for (;;) {
    starts++;
    const label = startLabel(project);
    let ended = false;
    void label.exited.then(() => (ended = true));
    while (!ended && left.length > 0) {
      const { victim, predictions, delayMs } = left[0];
      const target = countPredictions(project) + predictions;
      while (!ended && countPredictions(project) < target) await sleep(10);
      await sleep(delayMs);
      const pid = victim === 'backend' ? label.child.pid : engineOf(label.child.pid!);
      if (ended) break;
      if (pid === undefined) continue;
      left.shift();
      const engine = engineOf(label.child.pid!);
      process.kill(pid, 'SIGKILL');
      killed[victim]++;
      if (victim === 'engine') continue;
      await label.exited;
      if (engine !== undefined) await gone(engine);
    }
    const { code, stdout, stderr } = await label.exited;
    if (code === null) continue;
    if (code !== 0) throw new Error(`fovea label ended with ${code}:\n${stderr}`);
    return { killed, starts, last: JSON.parse(stdout) as FaultReport['last'] };
  }
}

/** Faults of a finished project, in words; none when every sample has exactly one prediction with its maps. */
export function findLosses(project: string): string[] {
  const db = open(project);
  try {
    const problems: string[] = [];
    const samples = db.prepare('SELECT COUNT(*) AS n FROM sample').get() as { n: number };
    const perSample = db
      .prepare(
        'SELECT sample.id, COUNT(prediction.id) AS n FROM sample LEFT JOIN prediction ON prediction.sample_id = sample.id GROUP BY sample.id',
      )
      .all() as { id: number; n: number }[];
    for (const { id, n } of perSample) if (n !== 1) problems.push(`sample ${id} has ${n} predictions`);
    if (perSample.length !== samples.n) problems.push(`${perSample.length} of ${samples.n} samples`);
    const open = db.prepare("SELECT id, state FROM job WHERE state IN ('queued', 'running')").all() as {
      id: number;
      state: string;
    }[];
    for (const { id, state } of open) problems.push(`job ${id} is still ${state}`);
    const check = db.pragma('integrity_check', { simple: true });
    if (check !== 'ok') problems.push(`the database is damaged: ${String(check)}`);
    return problems;
  } finally {
    db.close();
  }
}

/** What was predicted, without what differs from run to run (ids, times): two runs must agree on it. */
export function predictionsOf(project: string): unknown[] {
  const db = open(project);
  try {
    return db
      .prepare(
        `SELECT sample.external_id, prediction.answer, hex(prediction.label) AS label
         FROM prediction JOIN sample ON sample.id = prediction.sample_id ORDER BY sample.id`,
      )
      .all();
  } finally {
    db.close();
  }
}

interface RunningLabel {
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function startLabel(project: string): RunningLabel {
  const args = [FOVEA, 'label', project, '--device', 'cpu', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const exited = once(child, 'close').then(() => ({ code: child.exitCode, ...said }));
  return { child, exited };
}

/** The engine: the one child of the process that labels. */
function engineOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

/** Waits until a process is gone: nobody else ends an engine whose backend was killed. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
  throw new Error(`engine ${pid} outlived its backend by ten seconds`);
}

function countPredictions(project: string): number {
  const db = open(project);
  try {
    return (db.prepare('SELECT COUNT(*) AS n FROM prediction').get() as { n: number }).n;
  } finally {
    db.close();
  }
}

function open(project: string): Database.Database {
  return new Database(join(project, 'project.db'), { readonly: true, timeout: 5000 });
}
