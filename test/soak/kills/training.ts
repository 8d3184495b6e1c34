/** Kill -9 of a whole training, again and again, at any moment from its first: does it end with the bits of one that was let be? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openProject } from '../../../src-main/store/file/project.ts';
import { unfinishedTrainJob } from '../../../src-main/jobs/train/train.ts';
import { listRpns } from '../../../src-main/store/training/rpn.ts';
import { fovea } from '../../app/cli/run-cli.ts';
import { someScenes } from '../../app/cli/scenes.ts';
import { seededRandom } from '../../support/random.ts';
import { FOVEA } from '../../support/program.ts';

const SCENES = 24;
const ASKED = [
  '--labels',
  'pseudo',
  '--truth',
  '--new-rpn',
  '1,2',
  '--held-out',
  '0.3',
  '--lr',
  '1e-3',
  '--steps',
  '60',
];
/** Kills come between starting and this long after, in milliseconds. */
const WITHIN_MS = 12_000;

/** @param count kills */
export async function killTrainings(
  seed: number,
  count: number,
): Promise<{ problems: readonly string[]; kills: number; ended: number }> {
  const random = seededRandom(seed);
  const dir = mkdtempSync(join(tmpdir(), 'fovea-soak-'));
  try {
    const scenes = someScenes(join(dir, 'scenes'), SCENES);
    const path = join(dir, 'project');
    await said(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
    await said(['label', path, '--device', 'cpu']);
    await said(['train', path, ...ASKED]);
    let kills = 0;
    let ended = 0;
    while (kills < count) {
      if (await killed(argumentsFor(path), random() * WITHIN_MS)) kills++;
      else ended++;
    }
    if (unfinished(path)) await said(['train', path, '--resume']);
    const project = openProject(path);
    try {
      const weights = listRpns(project.db).map(({ weightsSha256 }) => weightsSha256);
      const problems = weights.flatMap((hash, i) =>
        hash === weights[0] ? [] : [`version ${i + 1} has other weights than the one that was let be`],
      );
      if (weights.length < 2) problems.push('no training that was killed came to its end');
      return { problems, kills, ended };
    } finally {
      project.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function argumentsFor(path: string): string[] {
  return ['train', path, ...(unfinished(path) ? ['--resume'] : ASKED)];
}

function unfinished(path: string): boolean {
  const project = openProject(path);
  try {
    return unfinishedTrainJob(project) !== null;
  } finally {
    project.close();
  }
}

/** Whether the program was still there to be killed. */
async function killed(args: readonly string[], afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', FOVEA, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  await Promise.race([delay(afterMs), exited]);
  if (child.exitCode !== null) {
    if (child.exitCode !== 0) throw new Error(`fovea ${args.join(' ')} ended with ${child.exitCode}`);
    return false;
  }
  child.kill('SIGKILL');
  await exited;
  return true;
}

async function said(args: readonly string[]): Promise<void> {
  const { code, stderr } = await fovea(args);
  if (code !== 0) throw new Error(stderr);
}
