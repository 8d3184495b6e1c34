/** Entry of the thread that `in-thread.ts` starts: counts, or cleans and counts, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openProject } from '../../store/file/project.ts';
import { cleanSpace, measureSpace } from './space.ts';
import { spaceTaskSchema, type FromSpaceThread } from './wire.ts';

const say = (message: FromSpaceThread): void => parentPort?.postMessage(message);

/** Ends with the project closed: whoever hears of it may open it anew at once. */
async function answer(): Promise<FromSpaceThread> {
  const { projectPath, clean, budgets } = spaceTaskSchema.parse(workerData);
  const project = openProject(projectPath);
  try {
    const freed = clean.length > 0 ? cleanSpace(project, clean, budgets) : 0;
    return { type: 'done', freed, space: await measureSpace(project, budgets) };
  } finally {
    project.close();
  }
}

try {
  say(await answer());
} catch (thrown) {
  say({ type: 'failed', error: FoveaError.from(thrown).toWire() });
}
