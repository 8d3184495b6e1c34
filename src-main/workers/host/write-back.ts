/**
 * Results into the project: each one parsed, checked against what the sample is asked now and which picture is there, and stored
 * with its job's item in one transaction. What is in the project already is left; what is of another question or picture is asked
 * for again.
 */
import { createHash } from 'node:crypto';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { keepEmbedding, type PictureEncoder } from '../../jobs/embeddings/keep.ts';
import { leaveLabel, storeLabel } from '../../jobs/label/item.ts';
import { settlePicture } from '../../jobs/pictures/settle.ts';
import { transact } from '../../store/db.ts';
import { itemFailed } from '../../store/jobs/item.ts';
import type { Lease } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { noteSameContent, registeredPicture } from '../../store/pictures/version.ts';
import { isLabelled } from '../../store/predictions/prediction.ts';
import { isQueued, sharedSample } from '../../store/predictions/to-share.ts';
import type { Project } from '../../store/file/project.ts';
import { putMaps } from '../../store/scores/maps.ts';
import { openPictureFile } from '../../checkpoint/image/guarded-file.ts';
import { askedOf } from '../protocol/chunk.ts';
import { decodeResult, type FoundLabel } from '../protocol/result.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { deliveredResults, forgetResults, markWritten, type DeliveredResult } from '../queue/results.ts';

/** Results a transaction. */
const AT_ONCE = 64;

export interface Written {
  /** Samples that are labelled now and were not before. */
  readonly done: readonly number[];
  readonly failed: readonly { readonly sampleId: number; readonly reason: string }[];
  /** Samples that are to be asked for again, and why. */
  readonly again: readonly { readonly sampleId: number; readonly reason: string }[];
  /** How many results were looked at; 0: none waited. */
  readonly seen: number;
}

/** What is to be done about one result. */
type Verdict =
  | {
      readonly kind: 'store';
      readonly label: FoundLabel;
      readonly imageId: number;
      readonly pictureVersion: number;
      /** A fingerprint that was taken now, to be noted; null: it is known. */
      readonly taken: Uint8Array | null;
    }
  | { readonly kind: 'leave' }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string }
  /** Of a sample that is no more, or that the job is done with. */
  | { readonly kind: 'drop' };

/** The run as the project has it. */
export interface WrittenRun {
  readonly key: string;
  readonly runId: number;
  readonly teacher: boolean;
  readonly encoder: PictureEncoder;
}

/** Writes up to {@link AT_ONCE} results. Throws what the project's or the queue's database says. */
export async function writeResults(
  queue: QueueDatabase,
  project: Project,
  lease: Lease,
  run: WrittenRun,
): Promise<Written> {
  const results = await deliveredResults(queue, run.key, AT_ONCE);
  const judged = await Promise.all(
    results.map(async (result) => ({ result, verdict: await judge(project, lease, run, result) })),
  );
  const outcomes = await store(project, lease, run, judged);
  const again = outcomes.flatMap(({ sampleId, verdict }) =>
    verdict.kind === 'again' ? [{ sampleId, reason: verdict.reason }] : [],
  );
  // Only what is on disk here goes there.
  await forgetResults(
    queue,
    run.key,
    again.map(({ sampleId }) => sampleId),
  );
  const asked = new Set(again.map(({ sampleId }) => sampleId));
  await markWritten(
    queue,
    run.key,
    results.filter(({ sample }) => !asked.has(sample)),
  );
  return {
    done: outcomes.flatMap(({ sampleId, verdict }) => (verdict.kind === 'store' ? [sampleId] : [])),
    failed: outcomes.flatMap(({ sampleId, verdict }) =>
      verdict.kind === 'fail' ? [{ sampleId, reason: verdict.reason }] : [],
    ),
    again,
    seen: results.length,
  };
}

async function judge(
  project: Project,
  lease: Lease,
  run: WrittenRun,
  { sample: sampleId, asked, body }: DeliveredResult,
): Promise<Verdict> {
  const { db } = project;
  const sample = sharedSample(db, sampleId);
  if (!sample || !isQueued(db, lease.jobId, sampleId)) return { kind: 'drop' };
  if (isLabelled(db, run.runId, sampleId)) return { kind: 'leave' };
  const now = { ...sample, answer: run.teacher ? sample.referenceAnswer : null };
  if (askedOf(now) !== asked)
    return { kind: 'again', reason: 'the sample was changed since it was asked for' };
  if (body === null) return { kind: 'fail', reason: 'what the worker sent is larger than any result' };
  try {
    const result = await decodeResult(body);
    if (result.kind === 'failed') return { kind: 'fail', reason: result.reason };
    // Its fingerprint is noted with the label: a commit for each would be most of the work.
    const picture = await patiently(() => settlePicture(project, sample.imageId, { fingerprint: false }));
    if (picture.outcome === 'unshown') throw picture.error;
    if (picture.version !== sample.pictureVersion) {
      return { kind: 'again', reason: 'the picture was replaced since it was asked for' };
    }
    const known = registeredPicture(db, sample.imageId).sha256;
    const sha256 = known ?? (await sha256Of(picture.path));
    if (Buffer.compare(sha256, result.picture) !== 0) {
      return {
        kind: 'fail',
        reason: 'the worker was shown another picture than lies here: compare its folder with this one',
      };
    }
    const { label } = result;
    const { imageId } = sample;
    const taken = known ? null : sha256;
    return { kind: 'store', label, imageId, pictureVersion: picture.version, taken };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (!OF_THE_SAMPLE.has(error.code)) throw error;
    return { kind: 'fail', reason: error.toLine() };
  }
}

const OF_THE_SAMPLE: ReadonlySet<string> = new Set(['bad_input', 'not_found', 'conflict', 'io', 'bad_image']);

async function sha256Of(path: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for await (const part of (await openPictureFile(path)).chunks()) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Maps first, then the rest in one transaction; one that the project refuses fails by itself. */
async function store(
  project: Project,
  lease: Lease,
  { runId, encoder }: WrittenRun,
  judged: readonly { readonly result: DeliveredResult; readonly verdict: Verdict }[],
): Promise<{ readonly sampleId: number; readonly verdict: Verdict }[]> {
  const { db } = project;
  const keys = await patiently(() =>
    transact(db, () =>
      judged.map(({ verdict }) => (verdict.kind === 'store' ? putMaps(db, verdict.label.maps) : 0)),
    ),
  );
  return patiently(() =>
    transact(db, () =>
      judged.map(({ result: { sample: sampleId }, verdict }, i) => {
        try {
          transact(db, () => settle(project, lease, runId, sampleId, verdict, keys[i]!));
          // Of a picture whose fingerprint is noted by now.
          if (verdict.kind === 'store') keepEmbedding(db, encoder, verdict.imageId, verdict.label.embedding);
          return { sampleId, verdict };
        } catch (thrown) {
          const error = FoveaError.from(thrown);
          if (error.code !== 'conflict') throw error;
          const failed = { kind: 'fail', reason: error.toLine() } as const;
          settle(project, lease, runId, sampleId, failed, 0);
          return { sampleId, verdict: failed };
        }
      }),
    ),
  );
}

function settle(
  { db }: Project,
  lease: Lease,
  runId: number,
  sampleId: number,
  verdict: Verdict,
  mapsKey: number,
): void {
  if (verdict.kind === 'leave') leaveLabel(db, lease, runId, sampleId);
  if (verdict.kind === 'fail') itemFailed(db, lease, sampleId, verdict.reason);
  if (verdict.kind === 'store') {
    if (verdict.taken) {
      const { imageId, taken: sha256 } = verdict;
      noteSameContent(db, imageId, { ...registeredPicture(db, imageId), sha256 });
    }
    storeLabel(db, lease, runId, sampleId, mapsKey, {
      ...verdict.label,
      pictureVersion: verdict.pictureVersion,
    });
  }
}
