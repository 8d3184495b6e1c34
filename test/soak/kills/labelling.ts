/** Kill -9, again and again, during the labelling of the whole demo, then the test's questions: anything lost, doubled, different? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fovea } from '../../app/cli/run-cli.ts';
import { DEMO_PROJECT_SCENES } from '../../support/demo.ts';
import { findLosses, labelUnderFire, planKills, predictionsOf } from '../../support/faults.ts';

/** @param count kills. @returns what happened; `problems` empty when all is well. */
export async function soakKills(seed: number, count: number): Promise<{ problems: readonly string[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-soak-'));
  try {
    const project = await imported(join(dir, 'fire'));
    const report = await labelUnderFire(project, planKills(seed, count, 8));
    const calm = await imported(join(dir, 'calm'));
    const { code, stderr } = await fovea(['label', calm, '--device', 'cpu']);
    if (code !== 0) throw new Error(stderr);
    const problems = findLosses(project);
    if (!isDeepStrictEqual(predictionsOf(project), predictionsOf(calm))) {
      problems.push('predictions differ from those of an undisturbed run');
    }
    const kills = report.killed.engine + report.killed.backend;
    if (kills < count) problems.push(`labelling was over after ${kills} of ${count} kills`);
    return { ...report, problems };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function imported(project: string): Promise<string> {
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
