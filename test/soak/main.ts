/**
 * `npm run soak [-- SEED]`: twenty kill -9 during the labelling of the whole demo, then the same questions as the test:
 * is anything lost, doubled or different?
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fovea } from '../app/cli/run-cli.ts';
import { DEMO_PROJECT_SCENES } from '../support/demo.ts';
import { findLosses, labelUnderFire, planKills, predictionsOf } from '../support/faults.ts';

const KILLS = 20;
const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 31));
const dir = mkdtempSync(join(tmpdir(), 'fovea-soak-'));

async function imported(name: string): Promise<string> {
  const project = join(dir, name);
  const questions = join(DEMO_PROJECT_SCENES, 'questions.jsonl');
  const { code, stderr } = await fovea([
    'import',
    project,
    '--images',
    DEMO_PROJECT_SCENES,
    '--questions',
    questions,
  ]);
  if (code !== 0) throw new Error(stderr);
  return project;
}

try {
  process.stderr.write(`seed ${seed}: ${KILLS} kills\n`);
  const project = await imported('fire');
  const report = await labelUnderFire(project, planKills(seed, KILLS, 8));
  const calm = await imported('calm');
  const { code, stderr } = await fovea(['label', calm, '--device', 'cpu']);
  if (code !== 0) throw new Error(stderr);
  const problems = findLosses(project);
  if (!isDeepStrictEqual(predictionsOf(project), predictionsOf(calm))) {
    problems.push('predictions differ from those of an undisturbed run');
  }
  const kills = report.killed.engine + report.killed.backend;
  if (kills < KILLS) problems.push(`labelling was over after ${kills} of ${KILLS} kills`);
  process.stdout.write(`${JSON.stringify({ seed, ...report, problems })}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
