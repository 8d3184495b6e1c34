/** Entry of the thread that `in-thread.ts` starts: looks at files on a connection of its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openProject } from '../../store/file/project.ts';
import { checkPictures } from './check.ts';
import { findCopies } from './copies.ts';
import { KnownFingerprints } from './fingerprints.ts';
import { planRelink } from './relink-plan.ts';
import { type FromPictureThread, pictureTaskSchema } from './thread-wire.ts';

const task = pictureTaskSchema.parse(workerData);
const shared = new Int32Array(task.shared);
const say = (message: FromPictureThread): void => parentPort?.postMessage(message);
const watch = {
  stopped: () => Atomics.load(shared, 0) !== 0,
  onSign: () => void Atomics.add(shared, 1, 1),
  onProgress: (done: number, total: number) => say({ type: 'progress', done, total }),
};

/** Ends with the project closed: whoever hears of it may open it anew at once. */
async function look(): Promise<FromPictureThread> {
  const project = openProject(task.projectPath);
  try {
    if (task.action === 'copies') {
      const copies = await findCopies(project, task.importId, new KnownFingerprints(task.taken), watch);
      return { type: 'compared', copies };
    }
    return task.action === 'check'
      ? {
          type: 'checked',
          report: await checkPictures(project, { fingerprint: task.fingerprint, ...watch }),
        }
      : { type: 'planned', plan: await planRelink(project, task.from, task.to, watch) };
  } finally {
    project.close();
  }
}

try {
  say(await look());
} catch (thrown) {
  say({ type: 'failed', error: FoveaError.from(thrown).toWire() });
}
