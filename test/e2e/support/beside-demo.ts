/**
 * The labelled demo project whose RPN in use looks two cells beside: a version that learned labels shifted to the right. The
 * project's labels are as the demo's model gives them, so label and RPN disagree, systematically.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { transact, write } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { getPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { sampleIdsAfter } from '../../../src-main/store/samples/query.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { BG } from '../../../src-shared/kernels/types.ts';
import { fovea } from '../../app/cli/run-cli.ts';
import { demoProject } from './demo-project.ts';

const BESIDE = 2;
const TAUGHT = ['--labels', 'pseudo', '--new-rpn', '1,2', '--seed', '1', '--held-out', '0.1'];
const QUICK = ['--steps', '40', '--batch', '4', '--lr', '3e-3'];

/** @returns the project's path; its version in use is called `beside` */
export async function besideDemo(t: Pick<TestContext, 'after'>): Promise<string> {
  const [path, taught] = [await demoProject(t), await demoProject(t)];
  shiftLabels(taught);
  await done(['train', taught, ...TAUGHT, ...QUICK]);
  // Of the same pictures and questions: they need not be computed twice.
  cpSync(join(taught, 'cache', 'features'), join(path, 'cache', 'features'), { recursive: true });
  await done(['rpn', 'import', path, join(taught, 'rpn', '1'), '--name', 'beside']);
  await done(['rpn', 'predict', path, '--rpn', 'beside', '--show']);
  await done(['rpn', 'activate', path, 'beside']);
  return path;
}

async function done(args: readonly string[]): Promise<void> {
  const { code, stderr } = await fovea(args);
  assert.equal(code, 0, `fovea ${args[0]}: ${stderr}`);
}

/** To the right; what comes in from the left is background. */
function shiftLabels(path: string): void {
  const project = openProject(path);
  try {
    const { db } = project;
    transact(db, () => {
      for (const id of sampleIdsAfter(db, 0, 1000)) {
        const predictionId = sampleState(db, id)!.predictionId!;
        const { label, grid } = getPrediction(db, predictionId).prediction;
        const shifted = label.map((_, i) => (i % grid[1] < BESIDE ? BG : label[i - BESIDE]!));
        write(db, 'UPDATE prediction SET label = ? WHERE id = ?').run(
          new Uint8Array(Int8Array.from(shifted).buffer),
          predictionId,
        );
      }
    });
  } finally {
    project.close();
  }
}
