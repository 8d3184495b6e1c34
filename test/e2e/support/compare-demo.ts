/** A dozen labelled demo scenes with a version of the RPN that is worse than the model's own: its rows are mixed up. */
import type { TestContext } from 'node:test';
import { baseOfProject } from '../../../src-main/jobs/rpn/base.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { twoRpns } from '../../support/other-rpn.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { trainingDemo } from './training-demo.ts';

/** @param corrected of how many samples a person moved the region by a cell */
export async function compareDemo(t: TestContext, { samples = 12, corrected = 0 } = {}): Promise<string> {
  const path = await trainingDemo(t, { samples, corrected });
  const { other } = await twoRpns(DEMO_CHECKPOINT, temporaryDir(t));
  const project = openProject(path);
  try {
    await importRpn(project, { from: other, base: await baseOfProject(project), name: 'mixed up' });
  } finally {
    project.close();
  }
  return path;
}
