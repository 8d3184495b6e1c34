/** The job: encodes every picture that has no embedding, as the active run encoded its own. */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { modelRefSchema } from '../../../src-shared/contract/models.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import type { EmbedOutcome, Engine } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import { samplesWithoutEmbedding } from '../../store/embeddings/embedding.ts';
import { countPictures } from '../../store/embeddings/samples.ts';
import type { Project } from '../../store/file/project.ts';
import { failedItems, itemDone, itemFailed, nextItem, planItems } from '../../store/jobs/item.ts';
import { addJob, finishJob, getJob, getJobRecord, type Lease, noteJob } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { getSample } from '../../store/samples/sample.ts';
import { madeRuns } from '../../store/runs/prompt.ts';
import { activeRunId } from '../../store/runs/run.ts';
import {
  isEmbedded,
  keepEmbedding,
  knownEncoder,
  type PictureEncoder,
  pictureEncoder,
} from '../embeddings/keep.ts';
import { withPace } from '../label/run.ts';
import { bearingDeaths } from '../lease/bearing-deaths.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../lease/held-job.ts';
import { rateMeter } from '../lease/rate.ts';
import { pictureToShow, requireUntouched } from '../pictures/at-work.ts';

export const embedParamsSchema = z.object({ model: modelRefSchema, preset: presetSchema });
export type EmbedParams = z.infer<typeof embedParamsSchema>;

/** What encodes pictures in a project: model and preset of the active run. @throws FoveaError `bad_input` before there is one */
export function embedParams({ db, path }: Project): EmbedParams {
  const active = activeRunId(db);
  const run = madeRuns(db).find(({ id }) => id === active);
  if (!run) {
    throw new FoveaError('bad_input', 'no model encodes the pictures of this project yet', {
      where: path,
      next: 'Label samples: that makes embeddings of their pictures',
    });
  }
  const { fingerprint: _, precision, ...folders } = run.model;
  const weights = precision === 'as-stored' ? {} : { precision };
  return { model: { ...folders, device: 'auto', ...weights }, preset: run.preset };
}

/** Queues it for the backend's worker and gives its id. */
export function addEmbedJob(project: Project, params: EmbedParams): number {
  return addJob(project.db, 'embed', null, params);
}

export interface EmbedReport {
  readonly jobId: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: boolean;
  readonly failures: readonly { readonly sampleId: number; readonly reason: string }[];
}

/** Works on a claimed job until it is over. @throws FoveaError what is wrong for every picture */
export function workOnEmbedJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks,
): Promise<EmbedReport> {
  return whileHeld(project, lease, hooks, (held) => work(project, engine, lease, held));
}

async function work(project: Project, engine: Engine, lease: Lease, hooks: HeldHooks): Promise<EmbedReport> {
  const { db } = project;
  const { signal } = hooks;
  const params = embedParamsSchema.parse(getJobRecord(db, lease.jobId).params);
  const encoder = await pictureEncoder(params.model, params.preset);
  await patiently(() =>
    transact(db, () => {
      if (getJob(db, lease.jobId).total > 0) return;
      const missing = samplesWithoutEmbedding(db, knownEncoder(db, encoder));
      noteJob(db, lease.jobId, { skipped: countPictures(db) - missing.length });
      planItems(db, lease, missing);
    }),
  );
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  const counts = { done: 0, failed: 0 };
  const report = (): void => {
    const job = { ...before, done: before.done + counts.done, failed: before.failed + counts.failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  const ask = pictureAsker(project, engine, { ...params, encoder }, signal);
  report();
  try {
    for (let item = nextItem(db, lease.jobId); item; item = nextItem(db, lease.jobId)) {
      if (signal.aborted || wasCancelled(project, lease)) break;
      const { sampleId } = item;
      const { imageId } = getSample(db, sampleId);
      const said = await ask(imageId);
      await patiently(() => {
        if (typeof said === 'string') return itemFailed(db, lease, sampleId, said);
        // Committed before the item: an embedding that nobody counts is no harm.
        keepEmbedding(db, encoder, imageId, said?.embedding);
        itemDone(db, lease, sampleId);
      });
      if (typeof said === 'string') counts.failed++;
      else counts.done++;
      pace.tick(performance.now());
      report();
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  const left = nextItem(db, lease.jobId);
  await patiently(() => (left ? letGo(project, lease, hooks) : finishJob(db, lease, 'done', null)));
  hooks.onProgress?.(getJob(db, lease.jobId));
  const failures = failedItems(db, lease.jobId);
  return { jobId: lease.jobId, ...counts, cancelled: left !== null, failures };
}

/** Encodes one picture, or gives null where it is encoded; a text is why it failed. Throws what is wrong for every picture. */
function pictureAsker(
  project: Project,
  engine: Engine,
  { model, preset, encoder }: EmbedParams & { readonly encoder: PictureEncoder },
  signal: AbortSignal,
): (imageId: number) => Promise<EmbedOutcome | string | null> {
  const bearing = bearingDeaths('picture', signal);
  return (imageId) =>
    bearing(async (answered) => {
      const picture = await pictureToShow(project, imageId);
      // Known by its content only now: a copy is encoded when its original is.
      if (isEmbedded(project.db, encoder, imageId)) return null;
      const outcome = await engine.embed({ model, preset, imagePath: picture.path }, signal);
      answered();
      await requireUntouched(project, imageId, picture.version);
      return outcome.embedding ? outcome : 'the model gives nothing for this picture that could be compared';
    });
}
