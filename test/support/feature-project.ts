/** A project of four questions, told in turn about two real pictures: `one` and `three` are on the first. Not labelled. */
import { mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { transact } from '../../src-main/store/db.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { addSamples } from '../../src-main/store/samples/sample.ts';
import { testProject } from './project.ts';
import { writePng } from './scenes.ts';
import { temporaryDir } from './temporary-dir.ts';

export const TEXTS = ['one', 'two', 'three', 'four'];

export interface FeatureProject {
  /** A folder that stands in for a model's: nothing in it but a config.json. */
  readonly dir: string;
  readonly project: Project;
  /** Where the project's features are kept. */
  readonly folder: string;
  /** Absolute path of a picture. */
  at(name: string): string;
}

export async function featureProject(t: TestContext): Promise<FeatureProject> {
  const dir = realpathSync(temporaryDir(t));
  const at = (name: string): string => join(dir, 'p', name);
  mkdirSync(at(''));
  writeFileSync(join(dir, 'config.json'), '{}');
  const names = ['1.png', '2.png'];
  for (const name of names) await writePng(at(name));
  const project = await testProject(t, 0);
  const { db } = project;
  transact(db, () => {
    const rootId = ensureRoot(db, project.path, at(''));
    const images = names.map((path) => {
      const { size, mtimeMs } = statSync(at(path));
      return ensureImage(db, { rootId, path, bytes: size, mtimeMs, width: 30, height: 20 });
    });
    const rest = { referenceAnswer: null, truthBoxes: [], language: null, split: null, tags: [] };
    addSamples(
      db,
      TEXTS.map((question, i) => ({ ...rest, externalId: question, imageId: images[i % 2]!, question })),
    );
  });
  return { dir, project, folder: join(project.path, 'cache', 'features'), at };
}
