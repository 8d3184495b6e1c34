/** A project of four questions, told in turn about two real pictures: `one` and `three` are on the first. Not labelled. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import type { Project } from '../../src-main/store/file/project.ts';
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
  for (const name of ['1.png', '2.png']) await writePng(at(name));
  const lines = TEXTS.map((text, i) =>
    JSON.stringify({ question_id: text, image: `${(i % 2) + 1}.png`, text }),
  );
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: at(''), questionsFile: join(dir, 'q.jsonl') });
  return { dir, project, folder: join(project.path, 'cache', 'features'), at };
}
