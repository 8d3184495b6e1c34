/** A project with the demo's base model and its RPN in a folder of its own. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BaseModel, baseModel } from '../../src-main/jobs/rpn/base.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { DEMO_CHECKPOINT } from './demo.ts';
import { testProject } from './project.ts';
import { type SplitCheckpoint, splitRpn } from './split-rpn.ts';
import { temporaryDir } from './temporary-dir.ts';

export interface RpnProject extends SplitCheckpoint {
  readonly project: Project;
  readonly baseModel: BaseModel;
  /** A folder to write to. */
  readonly dir: string;
}

export async function rpnProject(t: TestContext, samples = 0): Promise<RpnProject> {
  const dir = temporaryDir(t);
  const split = await splitRpn(DEMO_CHECKPOINT, dir);
  const project = await testProject(t, samples);
  return { ...split, dir, project, baseModel: await baseModel({ dir: join(split.base) }) };
}
