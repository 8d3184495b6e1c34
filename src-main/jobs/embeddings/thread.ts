/**
 * Entry of the thread that `comparer.ts` starts: one question after another, each on a connection of its own. The embeddings of
 * the project asked about last stay in memory until they are others.
 */
import { parentPort } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { embeddingsState } from '../../store/embeddings/embedding.ts';
import { putNearDuplicates } from '../../store/embeddings/near-duplicates.ts';
import { countPictures } from '../../store/embeddings/samples.ts';
import { openProject, type Project } from '../../store/file/project.ts';
import { type EmbeddingIndex, loadIndex } from './embedding-index.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { embeddingPlane } from './plane.ts';
import { requireIndex, similarPictures } from './similar.ts';
import {
  type EmbeddingAnswer,
  type FromEmbeddingThread,
  type ToEmbeddingThread,
  toEmbeddingThreadSchema,
} from './wire.ts';

const PROGRESS_MS = 100;

let kept: { readonly of: string; readonly index: EmbeddingIndex | null } | null = null;
const say = (message: FromEmbeddingThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (raw) => {
  const task = toEmbeddingThreadSchema.parse(raw);
  try {
    say({ type: 'done', id: task.id, answer: answer(task) });
  } catch (thrown) {
    say({ type: 'failed', id: task.id, error: FoveaError.from(thrown).toWire() });
  }
});

/** Ends with the project closed: whoever hears of it may open it anew at once. */
function answer(task: ToEmbeddingThread): EmbeddingAnswer {
  refuseStopped(task);
  const project = openProject(task.projectPath);
  try {
    return ask(project, indexOf(project), task);
  } finally {
    project.close();
  }
}

function ask(project: Project, index: EmbeddingIndex | null, task: ToEmbeddingThread): EmbeddingAnswer {
  const { db } = project;
  if (task.action === 'status') {
    const model = index?.encoder.model ?? null;
    const output = { model, pictures: countPictures(db), embedded: index?.rowOf.size ?? 0 };
    return { action: 'status', output };
  }
  if (task.action === 'similar') {
    return { action: 'similar', output: similarPictures(db, index, task.sampleId, task.limit) };
  }
  const known = requireIndex(index);
  if (task.action === 'plane') {
    return { action: 'plane', output: embeddingPlane(db, known, task.filter, task.measure) };
  }
  const { found, groups } = nearDuplicates(db, known, task.threshold, between(task, known.set.count));
  if (!project.readOnly) putNearDuplicates(db, groups);
  return { action: 'nearDuplicates', output: { ...found, kept: !project.readOnly } };
}

/** Says how far it is, now and then, and ends what was asked to stop. */
function between(task: ToEmbeddingThread, total: number): (done: number) => void {
  let told = performance.now();
  return (done) => {
    refuseStopped(task);
    if (performance.now() < told + PROGRESS_MS) return;
    told = performance.now();
    say({ type: 'progress', id: task.id, done, total });
  };
}

function refuseStopped({ stop }: ToEmbeddingThread): void {
  if (Atomics.load(new Int32Array(stop), 0) !== 0)
    throw new FoveaError('cancelled', 'comparing the pictures was stopped', { next: 'Start it again' });
}

function indexOf({ db, path }: Project): EmbeddingIndex | null {
  const of = JSON.stringify([path, embeddingsState(db)]);
  if (kept?.of !== of) kept = { of, index: loadIndex(db) };
  return kept.index;
}
