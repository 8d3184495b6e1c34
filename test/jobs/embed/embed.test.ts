/** Embeddings by labelling and by the job: of every picture once, whatever happens on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { addEmbedJob, embedParams, workOnEmbedJob } from '../../../src-main/jobs/embed/embed.ts';
import type { JobHooks } from '../../../src-main/jobs/lease/held-job.ts';
import { isAlive, thisProcess } from '../../../src-main/jobs/lease/process-id.ts';
import { startJobQueue } from '../../../src-main/jobs/queue/queue.ts';
import { jobEntry } from '../../../src-main/jobs/queue/entries.ts';
import { read } from '../../../src-main/store/db.ts';
import { embeddedPictures } from '../../../src-main/store/embeddings/embedding.ts';
import { shownEncoder } from '../../../src-main/store/embeddings/encoder.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { claimJob, getJob } from '../../../src-main/store/jobs/job.ts';
import { embeddedProject } from '../../support/embedded-project.ts';
import { fakeEmbedding, fakeEngine } from '../../support/fake-engine.ts';

const NAMES = ['a-1', 'a-2', 'b-1', 'c-1', 'copy=c-1'];

function embedded({ db }: Project): (number | undefined)[] {
  const encoder = shownEncoder(db);
  return encoder ? embeddedPictures(db, encoder.id, 0, 100).map(({ imageId }) => imageId) : [];
}

async function runJob(project: Project, engine = fakeEngine(), hooks: JobHooks = {}, id?: number) {
  const job = id ?? addEmbedJob(project, embedParams(project));
  const lease = claimJob(project.db, job, thisProcess(), isAlive)!;
  return workOnEmbedJob(project, engine, lease, hooks);
}

test('labelling leaves the embedding of each picture, once for files with the same bytes', async (t) => {
  const { project, label, at } = await embeddedProject(t, NAMES);
  await label();
  assert.deepEqual(embedded(project), [1, 2, 3, 4, 5]);
  const rows = read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM maps.embedding').get()!;
  assert.equal(rows.n, 4);
  const [first] = embeddedPictures(project.db, shownEncoder(project.db)!.id, 0, 1);
  assert.deepEqual(first!.data, fakeEmbedding(at('a-1')).data);
});

test('a project of an earlier version gets its embeddings by the job, as its active run encodes', async (t) => {
  const { project, label, forgetEmbeddings, engine, dir } = await embeddedProject(t, NAMES);
  assert.throws(() => embedParams(project), { code: 'bad_input', next: /Label samples/ });
  await label(2);
  const encoder = shownEncoder(project.db);
  forgetEmbeddings();
  const report = await runJob(project, engine);
  assert.deepEqual([report.done, report.failed, report.cancelled], [5, 0, false]);
  assert.deepEqual(embedded(project), [1, 2, 3, 4, 5]);
  assert.equal(shownEncoder(project.db)!.model, encoder!.model);
  assert.equal(engine.embedded.length, 4, 'the copy is done when its original is');
  assert.deepEqual(
    engine.embedded.map(({ model }) => model.dir),
    Array.from({ length: 4 }, () => dir),
  );
  const entry = jobEntry(project.db, report.jobId);
  assert.deepEqual([entry.type, entry.state, entry.about.preset], ['embed', 'done', 'Test']);
  // Nothing is left: the next job has nothing to do.
  const again = await runJob(project, engine);
  assert.deepEqual([again.done, getJob(project.db, again.jobId).skipped], [0, 5]);
});

test('stopped anywhere, it goes on with what is left', async (t) => {
  const { project, label, forgetEmbeddings } = await embeddedProject(t, NAMES);
  await label(1);
  forgetEmbeddings();
  let job: number | undefined;
  for (const at of [1, 2, 3]) {
    const stop = new AbortController();
    const engine = fakeEngine(undefined, undefined, () => {
      if (embedded(project).length >= at) stop.abort();
    });
    const report = await runJob(project, engine, { signal: stop.signal, onAbort: 'release' }, job);
    if (!report.cancelled) break;
    job = report.jobId;
    assert.equal(embedded(project).length, at);
    assert.equal(getJob(project.db, job).state, 'queued');
  }
  // As the backend goes on with it at the next start.
  const queue = startJobQueue(project, fakeEngine(), { onProgress: () => {}, onSample: () => {} });
  await queue.idle();
  await queue.stop();
  assert.deepEqual(embedded(project), [1, 2, 3, 4, 5]);
  assert.equal(getJob(project.db, job!).state, 'done');
});

test('a picture that is gone, kills the engine or gives nothing is left out with its reason; a dead engine ends the job', async (t) => {
  const { project, label, forgetEmbeddings, at } = await embeddedProject(t, NAMES);
  await label(1);
  forgetEmbeddings();
  const engine = fakeEngine(undefined, undefined, ({ imagePath }) => {
    if (imagePath === at('a-2')) throw new FoveaError('bad_image', 'it cannot be read');
    if (imagePath === at('b-1')) throw new FoveaError('engine_died', 'it died');
  });
  const odd = {
    ...engine,
    embed: async (...args: Parameters<typeof engine.embed>) => {
      const outcome = await engine.embed(...args);
      return args[0].imagePath === at('a-1') ? { ...outcome, embedding: null } : outcome;
    },
  };
  const report = await runJob(project, odd);
  assert.deepEqual([report.done, report.failed], [2, 3]);
  assert.deepEqual(
    report.failures.map(({ sampleId }) => sampleId),
    [1, 2, 3],
  );
  assert.match(report.failures[0]!.reason, /nothing for this picture/);
  assert.match(report.failures[2]!.reason, /died 3 times on this picture/);
  assert.deepEqual(embedded(project), [4, 5]);

  const dead = fakeEngine(undefined, undefined, () => {
    throw new FoveaError('no_space', 'full');
  });
  await assert.rejects(runJob(project, dead), { code: 'no_space' });
});
