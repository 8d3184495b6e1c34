/**
 * Labels the demo's scenes with the real command and the real engine, kills one or the other at random moments, and
 * compares what is left with a run that nobody disturbed. Used by a test (a handful of kills) and the soak (many).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importQuestions } from '../../src-main/jobs/import.ts';
import { read } from '../../src-main/store/db.ts';
import { getMaps } from '../../src-main/store/prediction-maps.ts';
import { createProject, openProject } from '../../src-main/store/project.ts';
import { seededRandom } from './random.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'src-main/app/cli/main.ts');
const SCENES = join(ROOT, 'models/demo/scenes/project');

export interface KillRun {
  readonly kills: { readonly backend: number; readonly engine: number };
  /** What is wrong with the result; empty when nothing was lost, doubled or changed. */
  readonly problems: readonly string[];
  readonly samples: number;
}

export interface KillRunOptions {
  readonly kills: number;
  readonly samples: number;
  readonly seed: number;
  /** Told about every kill. */
  readonly log?: (line: string) => void;
}

/** Runs it in a temporary folder, which it removes. */
export async function killRun({ kills, samples, seed, log = () => {} }: KillRunOptions): Promise<KillRun> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-kill-'));
  try {
    const undisturbed = await newProject(dir, 'undisturbed', samples);
    await finish(label(undisturbed));
    const project = await newProject(dir, 'killed', samples);
    const next = seededRandom(seed);
    const killed = { backend: 0, engine: 0 };
    while (killed.backend + killed.engine < kills) {
      const run = label(project);
      const gone = once(run, 'exit');
      await delay(300 + next() * 2500);
      const what = killed.engine < killed.backend ? 'engine' : 'backend';
      if (run.exitCode !== null) {
        // Finished before its turn came: take some labels away, so that there is something to kill.
        forget(project);
        continue;
      }
      const [engine] = childrenOf(run.pid!);
      if (what === 'engine' && engine !== undefined) {
        tryKill(engine);
        killed.engine++;
        log(`killed engine ${engine}, ${count(project)} of ${samples} labelled`);
        await delay(next() * 1500);
      }
      if (run.exitCode === null && run.kill('SIGKILL')) {
        killed.backend++;
        log(`killed backend ${run.pid}, ${count(project)} of ${samples} labelled`);
      }
      await gone;
    }
    await finish(label(project));
    return { kills: killed, samples, problems: compare(undisturbed, project) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function newProject(dir: string, name: string, samples: number): Promise<string> {
  const questions = join(dir, 'questions.jsonl');
  const lines = readFileSync(join(SCENES, 'questions.jsonl'), 'utf8').split('\n').slice(0, samples);
  writeFileSync(questions, lines.join('\n'));
  const project = await createProject(join(dir, name), name);
  await importQuestions(project, { imagesDir: SCENES, questionsFile: questions });
  project.close();
  return project.path;
}

function label(project: string): ChildProcess {
  return spawn(process.execPath, [CLI, 'label', project, '--device', 'cpu', '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function finish(run: ChildProcess): Promise<void> {
  let said = '';
  run.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(run, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`fovea label ended with ${code}: ${said}`);
}

/** Process ids of the direct children. */
function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

function count(path: string): number {
  const project = openProject(path);
  try {
    return read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM prediction').get()!.n;
  } finally {
    project.close();
  }
}

/** Loses the maps, as a deleted `maps.db` would: everything is to be labelled again. */
function forget(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(path, `maps.db${suffix}`), { force: true });
}

interface Found {
  readonly external_id: string;
  readonly answer: string;
  readonly label: Uint8Array;
  readonly maps_key: number;
}

function compare(undisturbed: string, killed: string): string[] {
  const [before, after] = [undisturbed, killed].map((path) => {
    const project = openProject(path);
    try {
      const rows = read<Found>(
        project.db,
        `SELECT s.external_id, p.answer, p.label, p.maps_key
         FROM sample s LEFT JOIN prediction p ON p.sample_id = s.id ORDER BY s.id`,
      ).all();
      const check = project.db.pragma('integrity_check', { simple: true });
      return { check, rows: rows.map((row) => ({ ...row, maps: getMaps(project.db, row.maps_key ?? 0) })) };
    } finally {
      project.close();
    }
  });
  const problems: string[] = after.check === 'ok' ? [] : [String(after.check)];
  if (before.rows.length !== after.rows.length) {
    problems.push(`${after.rows.length} rows instead of ${before.rows.length}`);
  }
  before.rows.forEach((expected, n) => {
    const found = after.rows[n];
    const name = expected.external_id;
    if (!found?.label) return void problems.push(`${name}: lost`);
    if (!found.maps?.grounding && expected.maps?.grounding) problems.push(`${name}: without its maps`);
    if (found.external_id !== name || found.answer !== expected.answer)
      problems.push(`${name}: another answer`);
    if (Buffer.compare(found.label, expected.label) !== 0) problems.push(`${name}: another label`);
  });
  return problems;
}
