/**
 * The demo project: the scenes that come with the app, copied so that an update of the app never pulls them away.
 * Made under a temporary name, so that a half-made one is never opened.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { createProject, type Project } from '../../store/file/project.ts';
import { importQuestions } from './import.ts';
import type { Resources } from '../presets/resources.ts';

/** Makes the demo project in `dir` (missing or empty) and opens it; labelling it is another matter. */
export function createDemoProject(dir: string, resources: Resources): Promise<Project> {
  const scenes = join(resources.demoDir, 'scenes', 'project');
  return createProject(dir, 'Fovea demo', async (project) => {
    await cp(join(scenes, 'images'), join(project.path, 'images'), { recursive: true });
    const { failures } = await importQuestions(project, {
      imagesDir: project.path,
      questionsFile: join(scenes, 'questions.jsonl'),
    });
    if (failures.length === 0) return;
    const [{ reason, places }] = failures;
    throw new FoveaError('bad_input', `the demo's questions: ${reason}`, {
      where: `line ${places[0].line}`,
      next: 'Install Fovea again',
    });
  });
}
