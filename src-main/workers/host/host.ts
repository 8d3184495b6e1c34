/**
 * The project's side of a shared run: a label job whose samples workers label. It puts what is left into the queue, hands out
 * pictures, and writes what comes back, until nothing is left. Ended in whatever way, the same command goes on: chunks have names,
 * and results wait in the database.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import { machine } from '../../files/this-process.ts';
import type { LabelReport } from '../../jobs/label/label.ts';
import { type LabelJobParams, type PlannedRun, planLabelJob, withPace } from '../../jobs/label/run.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../../jobs/lease/held-job.ts';
import { isAlive, thisProcess } from '../../jobs/lease/process-id.ts';
import { rateMeter } from '../../jobs/lease/rate.ts';
import { pictureFile } from '../../jobs/pictures/file.ts';
import { failedItems, nextItem } from '../../store/jobs/item.ts';
import {
  type Lease,
  addJob,
  claimJob,
  finishJob,
  getJob,
  jobsOfRun,
  noteWorkers,
} from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { countGated, countUnanswered } from '../../store/predictions/prediction.ts';
import type { Project } from '../../store/file/project.ts';
import { startPictureServer, type PictureServer, type PictureServerOptions } from '../pictures/server.ts';
import { countChunks } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { persist } from '../queue/persist.ts';
import { countResults } from '../queue/results.ts';
import { endRun, holdRun, hostBeat, knownKey, type SharedRun } from '../queue/runs.ts';
import { enqueueJob } from './enqueue.ts';
import { seenWork } from './seen.ts';
import { specOf } from './spec.ts';
import { writeResults, type Written } from './write-back.ts';

export interface HostOptions {
  /** Of this program. */
  readonly version: string;
  readonly chunkSize: number;
  /** Where pictures are handed out; null: workers have a folder of them. */
  readonly listen: Omit<PictureServerOptions, 'picture'> | null;
  /** Seconds after which a silent worker's chunk goes to another; absent: a minute. 10 at least. */
  readonly heartbeatSeconds?: number | undefined;
  /** Between looks at who works on it; default 5 s. */
  readonly noteMs?: number;
  readonly onEvent: (event: HostEvent) => void;
}

export type HostEvent =
  /** The model is loaded and is not needed any more. */
  | { readonly kind: 'planned'; readonly total: number }
  | { readonly kind: 'enqueued'; readonly samples: number; readonly chunks: number | null }
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'again'; readonly sampleId: number; readonly reason: string }
  /** No worker is there, or none any more; said once until one is. */
  | { readonly kind: 'alone' }
  /** Null: it goes on. */
  | { readonly kind: 'waiting'; readonly reason: string | null };

const POLL_MS = 500;
const BEAT_MS = 10_000;
/** How often the project is told of the workers; they show themselves as often. */
const NOTE_MS = 5_000;
/** Between looks whether chunks went missing. */
const MISSING_MS = 5_000;

const sharedSchema = z.object({ shared: z.object({ key: z.uuid() }) });

/**
 * Has the queue's workers label what lacks a prediction. Called again after a crash it goes on where it stopped.
 * @param engine plans the run, and is disposed of then
 * @throws FoveaError `project_busy` when another process works on the same run, and as `runLabelJob`
 */
export async function runSharedLabelJob(
  queue: QueueDatabase,
  project: Project,
  engine: Engine,
  params: LabelJobParams,
  options: HostOptions,
  hooks: JobHooks = {},
): Promise<LabelReport> {
  if (params.keepFeatures) {
    throw new FoveaError('usage', 'features are kept where they are computed: workers send labels only', {
      next: 'Leave --keep-features out; fovea train computes what it needs',
    });
  }
  const jobId = addJob(project.db, 'label', null, { ...params, shared: { key: randomUUID() } });
  const lease = claimJob(project.db, jobId, thisProcess(), isAlive);
  if (!lease) throw new FoveaError('project_busy', 'another process took the job', { where: project.path });
  return whileHeld(project, lease, hooks, async (held) => {
    const plan = planLabelJob(project, engine, lease, params, held.signal);
    const run = await plan.catch((thrown: unknown) => {
      if (held.signal.aborted) return null;
      throw thrown;
    });
    await engine.dispose();
    return new Host(queue, project, lease, run, options, held, params).run();
  });
}

class Host {
  readonly #queue: QueueDatabase;
  readonly #project: Project;
  readonly #lease: Lease;
  readonly #run: PlannedRun | null;
  readonly #options: HostOptions;
  readonly #hooks: HeldHooks;
  readonly #params: LabelJobParams;
  readonly #started = performance.now();
  readonly #pace = rateMeter(performance.now());
  readonly #job: Job;
  #done = 0;
  #failed = 0;
  #alone = false;

  constructor(
    queue: QueueDatabase,
    project: Project,
    lease: Lease,
    run: PlannedRun | null,
    options: HostOptions,
    hooks: HeldHooks,
    params: LabelJobParams,
  ) {
    this.#queue = queue;
    this.#project = project;
    this.#lease = lease;
    this.#run = run;
    this.#options = options;
    this.#hooks = hooks;
    this.#params = params;
    // Counted once: a job may have millions of items.
    this.#job = getJob(project.db, lease.jobId);
  }

  async run(): Promise<LabelReport> {
    const { db } = this.#project;
    const run = this.#run;
    if (run) {
      this.#options.onEvent({ kind: 'planned', total: this.#job.total });
      await this.#share(run).catch((thrown: unknown) => {
        if (!this.#hooks.signal.aborted) throw thrown;
      });
    }
    const cancelled = !run || nextItem(db, this.#lease.jobId) !== null;
    await patiently(() => {
      if (!cancelled) finishJob(db, this.#lease, 'done', null);
      else letGo(this.#project, this.#lease, this.#hooks);
    });
    const job = getJob(db, this.#lease.jobId);
    this.#hooks.onProgress?.(job);
    return {
      jobId: this.#lease.jobId,
      runId: run?.runId ?? null,
      done: this.#done,
      failed: this.#failed,
      skipped: job.skipped,
      gated: run?.preset.gate ? countGated(db, run.runId) : null,
      unanswered: this.#params.answerMode === 'teacher' ? countUnanswered(db).unanswered : 0,
      seconds: (performance.now() - this.#started) / 1000,
      cancelled,
      // Each worker says it of its own device.
      oneAtATime: null,
      features: null,
      failures: failedItems(db, this.#lease.jobId),
    };
  }

  async #share(run: PlannedRun): Promise<void> {
    const { db } = this.#project;
    if (nextItem(db, this.#lease.jobId) === null) return;
    const server = await this.#serve();
    try {
      const key = await this.#key(run);
      const host = `${machine()} ${this.#project.path}`;
      const shared = await this.#ask(() => this.#hold(run, key, host, server?.url ?? null));
      server?.allow(shared.token);
      await this.#drain(shared, run, host);
      // What is cancelled is taken out of the queue; what is only stopped goes on there.
      const over = nextItem(db, this.#lease.jobId) === null || wasCancelled(this.#project, this.#lease);
      if (over) await persist(() => endRun(this.#queue, key), this.#waiting);
    } finally {
      await server?.close();
    }
  }

  async #serve(): Promise<PictureServer | null> {
    const { listen, onEvent } = this.#options;
    if (!listen) return null;
    const server = await startPictureServer({ ...listen, picture: (id) => this.#picture(id) });
    onEvent({ kind: 'listening', url: server.url });
    return server;
  }

  async #picture(imageId: number): Promise<string | null> {
    return pictureFile(this.#project, imageId).catch((thrown: unknown) => {
      if (NO_PICTURE.has(FoveaError.from(thrown).code)) return null;
      throw thrown;
    });
  }

  /** The key under which the run is in the queue from before, or a new one. */
  async #key({ runId }: PlannedRun): Promise<string> {
    const keys = jobsOfRun(this.#project.db, runId).flatMap(({ params }) => {
      const parsed = sharedSchema.safeParse(params);
      return parsed.success ? [parsed.data.shared.key] : [];
    });
    return (await this.#ask(() => knownKey(this.#queue, keys))) ?? keys[0] ?? randomUUID();
  }

  async #hold(run: PlannedRun, key: string, host: string, url: string | null): Promise<SharedRun> {
    const { version, chunkSize, heartbeatSeconds } = this.#options;
    // What an earlier host wrote of the run was of it, too.
    const { written } = await countResults(this.#queue, key);
    const samples = this.#job.total + written;
    const spec = specOf(this.#project, run, { version, chunkSize, url, samples });
    return holdRun(this.#queue, key, spec, host, heartbeatSeconds);
  }

  async #drain(shared: SharedRun, run: PlannedRun, host: string): Promise<void> {
    const { signal } = this.#hooks;
    const { db } = this.#project;
    const teacher = run.answerMode === 'teacher';
    const writing = { key: shared.key, runId: run.runId, teacher, encoder: run.encoder };
    const write = (): Promise<Written> =>
      this.#ask(() => writeResults(this.#queue, this.#project, this.#lease, writing));
    // What came while nobody was here comes first: it need not be asked for again.
    while (this.#note(await write()) > 0) signal.throwIfAborted();
    await this.#enqueue(shared);
    let beatAt = performance.now();
    let lookedAt = beatAt;
    let notedAt = -Infinity;
    while (!signal.aborted && nextItem(db, this.#lease.jobId) !== null) {
      const seen = this.#note(await write());
      const now = performance.now();
      if (now - beatAt > BEAT_MS) {
        await this.#ask(() => hostBeat(this.#queue, shared.key, host));
        beatAt = now;
      }
      if (now - notedAt > (this.#options.noteMs ?? NOTE_MS)) {
        await this.#noteWorkers(shared.key);
        notedAt = now;
      }
      if (seen > 0) continue;
      if (now - lookedAt > MISSING_MS) {
        const { waiting, active } = await this.#ask(() => countChunks(this.#queue, shared.key));
        if (waiting + active === 0 && this.#note(await write()) === 0) await this.#enqueue(shared);
        lookedAt = now;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whoever looks at the project sees who works on it, without the queue's address; whoever waits here hears when nobody does. */
  async #noteWorkers(key: string): Promise<void> {
    const seen = await this.#ask(() => seenWork(this.#queue, key));
    const alone = !seen.workers.some(({ here }) => here);
    if (alone && !this.#alone) this.#options.onEvent({ kind: 'alone' });
    this.#alone = alone;
    await patiently(() => noteWorkers(this.#project.db, this.#lease, seen));
  }

  async #enqueue(shared: SharedRun): Promise<void> {
    const { onEvent } = this.#options;
    const { db } = this.#project;
    const chunks = await this.#ask(() =>
      enqueueJob(this.#queue, db, this.#lease.jobId, shared, this.#hooks.signal, (samples) =>
        onEvent({ kind: 'enqueued', samples, chunks: null }),
      ),
    );
    if (chunks > 0) onEvent({ kind: 'enqueued', samples: this.#job.total, chunks });
  }

  #note({ done, failed, again, seen }: Written): number {
    this.#done += done.length;
    this.#failed += failed.length;
    const now = performance.now();
    for (let n = done.length + failed.length; n > 0; n--) this.#pace.tick(now);
    for (const { sampleId, reason } of again) this.#options.onEvent({ kind: 'again', sampleId, reason });
    const job = { ...this.#job, done: this.#done, failed: this.#failed };
    if (seen > 0) this.#hooks.onProgress?.(withPace(job, this.#pace.perSecond(now)));
    return seen;
  }

  readonly #waiting = (reason: string | null): void => this.#options.onEvent({ kind: 'waiting', reason });

  #ask<T>(body: () => Promise<T>): Promise<T> {
    return persist(body, this.#waiting, this.#hooks.signal);
  }
}

/** What lies there is no picture that could be handed out; anything else may be otherwise in a while. */
const NO_PICTURE: ReadonlySet<string> = new Set(['not_found', 'conflict', 'bad_input', 'bad_image']);
