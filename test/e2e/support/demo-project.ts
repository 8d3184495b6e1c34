/**
 * A labelled demo project for each test. Labelling takes the real engine some time, so one is made per state of the
 * sources and kept in `.cache/`; tests get copies and may do with them what they like.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { withLock } from '../../../scripts/lib/lock.mjs';
import { root } from '../../../scripts/lib/paths.mjs';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { listSampleIds } from '../../../src-main/store/samples/query.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { FOVEA } from '../../support/program.ts';

/** What a labelled demo project is made of. */
const INPUTS = [
  'src-main',
  'src-shared/kernels',
  'models/architectures',
  'models/presets',
  'models/demo',
  'db',
];

/** A private copy of the labelled demo project; it goes away with the test. */
export async function demoProject(t: Pick<TestContext, 'after'>): Promise<string> {
  const made = await labelledDemo();
  const dir = temporaryDir(t);
  const project = join(dir, 'demo');
  cpSync(made, project, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return project;
}

/** More samples than the demo has. */
const ALL = 10_000;

/** The same with its first few samples only: for tests that label a whole project anew. */
export async function smallDemoProject(t: Pick<TestContext, 'after'>, samples = 24): Promise<string> {
  const path = await demoProject(t);
  const project = openProject(path);
  try {
    await removeFromProject(project, listSampleIds(project.db, NO_FILTER, samples, ALL));
  } finally {
    project.close();
  }
  return path;
}

/** The sources do not change while a spec runs: what they come to is asked once. */
let labelled: Promise<string> | null = null;

const labelledDemo = (): Promise<string> => (labelled ??= findOrMakeDemo());

function findOrMakeDemo(): Promise<string> {
  const folder = join(root, '.cache', 'test-demo');
  const made = join(folder, hashOfInputs());
  return withLock('test-demo', async () => {
    if (existsSync(made)) return made;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const making = join(folder, 'making');
    const { status, stderr } = spawnSync(process.execPath, [FOVEA, 'demo', making], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`fovea demo failed:\n${stderr}`);
    renameSync(making, made);
    return made;
  });
}

function hashOfInputs(): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const files = readdirSync(join(root, input), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('heldout'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/recipe|__pycache__|src-main\/(app|rpc|library)\//.test(file))
      .sort();
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
