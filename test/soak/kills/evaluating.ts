/** Kill -9 of `fovea eval`, again and again: 500 samples by six methods end with the numbers of an evaluation that was let be. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { read } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { fovea } from '../../app/cli/run-cli.ts';
import { DEMO_HELDOUT_SCENES, DEMO_PROJECT_SCENES } from '../../support/demo.ts';
import { startFovea } from '../../support/fovea-process.ts';
import { seededRandom } from '../../support/random.ts';

const SAMPLES = 500;
/** Samples of the demo's scenes; the rest asks some of them once more. */
const OWN = 420;
const METHODS = ['alone', 'vicrop', 's2', 'denoised', 'rpn', 'truth'];
/** A kill comes after this many more answers at most. */
const WITHIN = 300;

interface Row {
  readonly sample_id: number;
  readonly method: string;
  readonly answer: string | null;
  readonly score: number | null;
  readonly crops: string;
  readonly auc: number | null;
}

/** @param count kills. @returns what happened; `problems` empty when all is well. */
export async function killEvaluations(
  seed: number,
  count: number,
): Promise<{ problems: readonly string[]; kills: number; rows: number }> {
  const random = seededRandom(seed);
  const dir = mkdtempSync(join(tmpdir(), 'fovea-soak-'));
  try {
    const path = join(dir, 'project');
    await imported(path, dir);
    await said(['label', path, '--device', 'cpu']);
    const asked = ['eval', path, '--methods', METHODS.join(',')];
    let kills = 0;
    for (let goal = 0; kills < count; kills++) {
      goal += 1 + Math.floor(random() * WITHIN);
      if (goal >= SAMPLES * METHODS.length) break;
      await killedAt(path, asked, goal, random() * 100);
    }
    await said(asked);
    const fired = rowsOf(path, 1);
    await said([...asked, '--anew']);
    const calm = rowsOf(path, 2);
    const problems: string[] = [];
    if (fired.length !== SAMPLES * METHODS.length) problems.push(`${fired.length} rows`);
    if (!isDeepStrictEqual(fired, calm))
      problems.push('results differ from those of an undisturbed evaluation');
    if (kills < count) problems.push(`the evaluation was over after ${kills} of ${count} kills`);
    return { problems, kills, rows: fired.length };
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts the command, and kills it `late` milliseconds after `goal` answers are stored. */
async function killedAt(path: string, asked: readonly string[], goal: number, late: number): Promise<void> {
  const run = startFovea(asked);
  const project = openProject(path);
  const count = (): number =>
    read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM evaluation_result').get()!.n;
  try {
    while (count() < goal && run.child.exitCode === null) await delay(20);
    await delay(late);
    run.child.kill('SIGKILL');
    if (run.child.exitCode === null && run.child.signalCode === null) await once(run.child, 'exit');
  } finally {
    project.close();
  }
}

function rowsOf(path: string, evaluationId: number): Row[] {
  const project = openProject(path);
  try {
    return read<Row>(
      project.db,
      `SELECT sample_id, method, answer, score, crops, auc FROM evaluation_result WHERE evaluation_id = ?
       ORDER BY sample_id, method`,
    ).all(evaluationId);
  } finally {
    project.close();
  }
}

async function imported(path: string, dir: string): Promise<void> {
  const more = join(dir, 'more.jsonl');
  const lines = readFileSync(join(DEMO_HELDOUT_SCENES, 'questions.jsonl'), 'utf8').split('\n');
  writeFileSync(
    more,
    lines
      .slice(0, SAMPLES - OWN)
      .map((line) => line.replace(/"question_id": "/, '"question_id": "more-'))
      .join('\n'),
  );
  const parts = [
    [DEMO_PROJECT_SCENES, join(DEMO_PROJECT_SCENES, 'questions.jsonl')],
    [DEMO_HELDOUT_SCENES, join(DEMO_HELDOUT_SCENES, 'questions.jsonl')],
    [DEMO_HELDOUT_SCENES, more],
  ] as const;
  for (const [images, questions] of parts)
    await said(['import', path, '--images', images, '--questions', questions]);
}

async function said(args: readonly string[]): Promise<void> {
  const { code, stderr } = await fovea(args);
  if (code !== 0) throw new Error(stderr);
}
