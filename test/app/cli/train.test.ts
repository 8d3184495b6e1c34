/** `fovea train` on a few demo scenes: a version comes of it, measured; killed, it goes on to the same bits; what is wrong is said. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openProject } from '../../../src-main/store/file/project.ts';
import { listRpns } from '../../../src-main/store/training/rpn.ts';
import { thisProcess } from '../../../src-main/jobs/lease/process-id.ts';
import { unfinishedTrainJob } from '../../../src-main/jobs/train/train.ts';
import { claimJob, finishJob } from '../../../src-main/store/jobs/job.ts';
import {
  listTrainingRuns,
  setTrainingState,
  trainingPoints,
} from '../../../src-main/store/training/training-run.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';
import { FOVEA } from '../../support/program.ts';

const SCENES = 10;

interface Trained {
  rpn: number;
  steps: number;
  loss: number;
  against: string;
  auc_student: number;
  auc_teacher: number | null;
  auc_difference: { mean: number; low: number; high: number } | null;
  box_recall: number;
  seconds: number;
  samples_per_second: number;
  peak_rss_mb: number;
}

function facts(path: string) {
  const project = openProject(path);
  try {
    const runs = listTrainingRuns(project.db);
    return { runs, versions: listRpns(project.db) };
  } finally {
    project.close();
  }
}

/** The state behind at least `step` steps, and then the whole program killed. */
async function killAfter(args: readonly string[], path: string, step: number): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', FOVEA, ...args], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  for (;;) {
    await delay(100);
    assert.equal(child.exitCode, null, 'it ended before it was killed');
    if (!existsSync(path)) continue;
    const run = facts(path).runs.at(-1);
    if (run && run.state === 'running' && run.step >= step) break;
  }
  child.kill('SIGKILL');
  await exited;
}

test('a version comes of training, and of a training that was killed twice the same one', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(join(dir, 'scenes'), SCENES);
  const path = join(dir, 'project');
  await fovea(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  await fovea(['label', path, '--device', 'cpu', '--keep-features']);

  const none = await fovea(['train', path, '--labels', 'reviewed']);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no sample is left to learn from .*Accept or correct samples first/s);
  const idle = await fovea(['train', path, '--resume']);
  assert.match(idle.stderr, /no training run of this project stopped half-way/);

  const asked = [
    '--labels',
    'pseudo',
    '--held-out',
    '0.3',
    '--new-rpn',
    '1,2',
    '--steps',
    '16',
    '--seed',
    '3',
    '--lr',
    '1e-3',
  ];
  const whole = await foveaJson(['train', path, ...asked, '--truth', '--name', 'first']);
  assert.equal(whole.code, 0, whole.stderr);
  const report = whole.json as Trained;
  assert.deepEqual([report.steps, report.against], [16, 'truth']);
  assert.ok(report.loss > 0 && report.loss < 1 && report.auc_student > 0.7 && report.auc_teacher! > 0.7);
  assert.ok(report.auc_difference!.low <= report.auc_difference!.high);
  assert.ok(report.seconds > 0 && report.samples_per_second > 0 && report.peak_rss_mb > 50);
  const before = facts(path);
  const [first] = before.versions;
  assert.deepEqual(
    [first?.id, first?.name, first?.source, first?.k, first?.t],
    [report.rpn, 'first', 'trained', 1, 2],
  );
  assert.deepEqual(
    before.runs.map(({ state }) => state),
    ['failed', 'done'],
  );
  assert.ok(!existsSync(join(path, 'training', '2')), 'what only going on would need is gone');

  await killAfter(['train', path, ...asked, '--truth'], path, 3);
  await killAfter(['train', path, '--resume'], path, 8);
  const resumed = await foveaJson(['train', path, '--resume']);
  assert.equal(resumed.code, 0, resumed.stderr);
  const after = facts(path);
  assert.equal(after.versions.length, 2);
  assert.equal(after.versions[1]!.weightsSha256, first!.weightsSha256);
  assert.equal(after.runs.length, 3);
  const project = openProject(path);
  t.after(() => project.close());
  const curve = (run: number) =>
    trainingPoints(project.db, run, -1, 1000).map(({ seconds: _, ...point }) => point);
  assert.deepEqual(curve(3), curve(2));

  // Of one that failed half-way (a full disk, say), too.
  await killAfter(['train', path, ...asked, '--truth'], path, 8);
  const hurt = openProject(path);
  const [run, job] = [listTrainingRuns(hurt.db).at(-1)!, unfinishedTrainJob(hurt)!];
  const lease = claimJob(hurt.db, job, thisProcess(), () => false)!;
  finishJob(hurt.db, lease, 'failed', 'the disk is full');
  setTrainingState(hurt.db, run.id, 'failed', 'the disk is full');
  hurt.close();
  assert.equal((await foveaJson(['train', path, '--resume'])).code, 0);
  const mended = facts(path);
  assert.deepEqual(
    mended.versions.map(({ weightsSha256 }) => weightsSha256 === first!.weightsSha256),
    [true, true, true],
  );

  // What it learned labels: the version is laid over the model as any RPN folder.
  const labelled = await foveaJson([
    'label',
    path,
    '--rpn',
    join(path, 'rpn', String(report.rpn)),
    '--limit',
    '1',
    '--yes',
  ]);
  assert.equal(labelled.code, 0, labelled.stderr);
});

test('options that make no sense are refused before anything is loaded', async () => {
  for (const [args, words] of [
    [['--labels', 'all'], /--labels must be one of reviewed, mixed, pseudo/],
    [['--loss', 'mse'], /There is no loss "mse"/],
    [['--rpn', 'a', '--new-rpn', '1,2'], /both say what to begin from/],
    [['--held-out', '1'], /--held-out must be a number from 0 to 0.9/],
    [['--seed', '0.5'], /--seed must be a whole number from 0 to 4294967295, not "0.5"/],
    [['--threads', '100000'], /--threads must be a whole number from 1 to 256/],
    [['--pseudo-weight', '0'], /--pseudo-weight must be a number above 0/],
  ] as const) {
    const { code, stderr } = await fovea(['train', '/nowhere/project', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
});
