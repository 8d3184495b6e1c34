/** Kill -9 of engine and backend in the middle of labelling: no sample is lost or doubled, and `fovea label` goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDir } from '../support/temporary-dir.ts';
import { findLosses, labelUnderFire, planKills, predictionsOf } from '../support/faults.ts';
import { fovea, foveaJson } from './cli/run-cli.ts';
import { someScenes } from './cli/scenes.ts';
import { FOVEA } from '../support/program.ts';

const SAMPLES = 18;
const SEEDS = [1];

async function importedProject(dir: string, name: string): Promise<string> {
  const scenes = someScenes(join(dir, 'scenes'), SAMPLES);
  const project = join(dir, name);
  const { code, stderr } = await fovea([
    'import',
    project,
    '--images',
    scenes.imagesDir,
    '--questions',
    scenes.questionsFile,
  ]);
  assert.equal(code, 0, stderr);
  return project;
}

for (const seed of SEEDS) {
  test(
    `kills with seed ${seed}: nothing lost, nothing doubled, the same predictions as undisturbed`,
    { skip: process.platform !== 'linux' && 'finds processes through /proc' },
    async (t) => {
      const dir = temporaryDir(t);
      const project = await importedProject(dir, 'fire');
      const report = await labelUnderFire(project, planKills(seed, 5, 5));
      assert.ok(report.killed.engine > 0 && report.killed.backend > 0, JSON.stringify(report));
      assert.deepEqual(findLosses(project), []);
      const calm = await importedProject(dir, 'calm');
      assert.equal((await fovea(['label', calm, '--device', 'cpu'])).code, 0);
      assert.deepEqual(predictionsOf(project), predictionsOf(calm));
      const again = await foveaJson(['label', project, '--device', 'cpu']);
      assert.partialDeepStrictEqual(again.json, { done: 0, failed: 0, skipped: SAMPLES });
    },
  );
}

test('Ctrl-C stops labelling with one line, keeps what is done, and the same command goes on', async (t) => {
  const project = await importedProject(temporaryDir(t), 'project');
  const child = spawn(process.execPath, [FOVEA, 'label', project, '--device', 'cpu', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (text.includes('Labelling')) child.kill('SIGINT');
  });
  await once(child, 'close');
  assert.equal(child.exitCode, 1, stderr);
  assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'cancelled');
  assert.match(stderr, /fovea: Stopped after \d+ samples .+Go on with: fovea label/);
  const rest = await foveaJson(['label', project, '--device', 'cpu']);
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual(findLosses(project), []);
});
