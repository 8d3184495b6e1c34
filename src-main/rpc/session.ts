/**
 * An open project and everything that runs on it: the job queue, long calls, the watch for other processes. Closing
 * stops them in order, so that nothing touches a closed database.
 */
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Batch } from '../../src-shared/contract/procedures.ts';
import type { EventName, EventPayload } from '../../src-shared/contract/procedures.ts';
import type { Engine } from '../engine/protocol.ts';
import { type JobQueue, type StartTrainer, startJobQueue } from '../jobs/queue/queue.ts';
import { requireSameFiles } from '../store/db.ts';
import { storeError } from '../store/errors.ts';
import { asEnded } from '../jobs/lease/ending.ts';
import { waits } from '../jobs/queue/steer.ts';
import { getJob, listJobs, unfinishedJobs } from '../store/jobs/job.ts';
import { hardlyWait } from '../store/patience.ts';
import type { Project } from '../store/file/project.ts';
import { latestRevisionId, newestRevisionId, reviewedSince } from '../store/reviews/review.ts';
import { sampleState } from '../store/samples/state.ts';
import { type Fingerprint, fingerprint, newestSampleId } from '../store/file/same-samples.ts';
import { countAll } from '../store/samples/page.ts';
import { outcomeBacklog } from '../store/samples/outcome-backlog.ts';
import { scoreBacklog } from '../store/samples/score-backlog.ts';
import { projectSummary } from '../store/dashboard/summary.ts';
import { dataVersion } from '../store/watch.ts';
import { type Desks, openDesks } from './desks.ts';
import { Downloads } from './downloads.ts';
import { type Keeper, keepWayBack } from './keeping.ts';
import { type PictureCare, carePictures } from './picture-care.ts';
import { openShownPictures, type ShownPictures } from './shown-pictures.ts';
import { throttle } from './throttle.ts';
import { type TrainingNews, trainingNews } from './training-news.ts';
import { openThumbnails, type Thumbnails } from './thumbnails.ts';
import { Uploads } from './uploads.ts';

/** At most five job events and one summary per second. */
const JOB_EVENT_MS = 200;
const SUMMARY_EVENT_MS = 1000;
const MANY_EVENT_MS = 500;
const WATCH_MS = 1000;
/** With more samples than so many reviewed elsewhere, clients ask again for all they show. */
const MANY = 50;

export type Publish = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

export interface Session {
  readonly project: Project;
  readonly queue: JobQueue;
  readonly thumbnails: Thumbnails;
  readonly keeper: Keeper;
  readonly pictures: ShownPictures;
  /** The samples, as this process knew them before anybody could have put other ones there. */
  samples(): Fingerprint;
  readonly care: PictureCare;
  /** What pages in a browser bring in, and what they may take with them. */
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly training: TrainingNews;
  /** What reviewers see while rounds are open. */
  readonly desks: Desks;
  /** Jobs, newest first, with the pace of the one that runs here. */
  jobs(): Job[];
  job(id: number): Job | null;
  /** A job with the pace and the counts of where it runs, when that is here. */
  paced<J extends Job>(job: J): J;
  /** Tells clients what a job is now: one that was queued, or cancelled before it began. */
  jobChanged(job: Job): void;
  /** Tells clients what a sample is now. */
  sampleChanged(sampleId: number): void;
  /** Tells clients that many samples changed: they ask again for what they show. */
  samplesChanged(): void;
  /** Tells clients what a batch is now. */
  batchChanged(batch: Batch): void;
  /** Tells clients how far deciding or undoing a batch has come. */
  batchProgress(progress: EventPayload<'batch.progress'>): void;
  /** Scores in the background what has no scores yet. */
  scoreMissing(): void;
  /** Tells clients what the project is now; `now`: without waiting for more changes. */
  projectChanged(now?: boolean): void;
  /** Runs a long call; closing aborts it and waits for it. */
  task<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** As {@link task}, for what writes for long in another thread: one at a time, and {@link untilFree} waits for it. */
  longWrite<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * Resolves when nothing writes for long from here. Writing meanwhile would wait for it in SQLite, which holds up
   * everybody who only reads, and gives up after five seconds.
   */
  untilFree(): Promise<void>;
  close(): Promise<void>;
}

export function openSession(
  project: Project,
  engine: Engine,
  publish: Publish,
  startTrainer?: StartTrainer,
  uploadBudget?: number,
): Session {
  const { db } = project;
  // This thread answers everybody.
  hardlyWait(db);
  const closing = new AbortController();
  const tasks = new Set<Promise<unknown>>();
  /** The jobs that run here, by id: one of each lane. */
  const running = new Map<number, Job>();

  const jobEvents = throttle<Job>(JOB_EVENT_MS, (job) => publish('job.changed', job));
  let replaced = false;
  const summaries = throttle<null>(SUMMARY_EVENT_MS, () => {
    // One that waited since before would take back what clients were told of the files.
    if (!replaced) publish('project.changed', projectSummary(db, project.path));
  });
  const sampleChanged = (sampleId: number): void => {
    const row = sampleState(db, sampleId);
    if (row) {
      publish('sample.changed', { sampleId, ...row, latestRevisionId: latestRevisionId(db, sampleId) });
    }
    summaries.push(null);
    keeper.check();
  };
  const many = throttle<null>(MANY_EVENT_MS, () => publish('samples.changed', {}));
  const batchSteps = throttle<EventPayload<'batch.progress'>>(JOB_EVENT_MS, (step) =>
    publish('batch.progress', step),
  );
  let samples = fingerprint(db);
  const knowSamples = (): void => {
    // Another project's samples are never taken for this one's.
    requireSameFiles(db);
    samples = fingerprint(db);
  };
  const samplesChanged = (): void => {
    many.push(null);
    summaries.push(null);
  };
  const task = <T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const promise = body(closing.signal);
    const settled: Promise<unknown> = promise.catch(() => {}).finally(() => tasks.delete(settled));
    tasks.add(settled);
    return promise;
  };
  let writing: Promise<unknown> = Promise.resolve();
  const untilFree = async (): Promise<void> => {
    for (let last = null; last !== writing;) {
      last = writing;
      await last;
    }
  };
  const longWrite = <T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const before = writing;
    const run = task(async (signal) => {
      await before;
      return await body(signal);
    });
    writing = run.catch(() => undefined);
    return run;
  };
  const keeper = keepWayBack(
    project,
    (body) => task(body),
    (state) => publish('project.keeping', state),
  );
  const care = carePictures(project, (body) => task(body), {
    state: (state) => publish('pictures.changed', state),
    samples: samplesChanged,
  });
  const desks = openDesks(project);
  const uploads = new Uploads(project, uploadBudget);
  let scoring = false;
  const scoreMissing = (): void => {
    if (scoring || project.readOnly) return;
    scoring = true;
    // A disk that is full or a project that is busy: scores are only for sorting, and the next opening tries again.
    void task(async (signal) => (await scoreBacklog(db, signal)) + (await outcomeBacklog(db, signal)))
      .then((scored) => scored > 0 && samplesChanged())
      .catch(() => undefined)
      .finally(() => (scoring = false));
  };
  scoreMissing();
  const onProgress = (job: Job): void => {
    if (job.state === 'running') running.set(job.id, job);
    else running.delete(job.id);
    if (job.type === 'train') training.onProgress(job);
    jobEvents.push(job, job.state !== 'running');
    if (job.state !== 'running') {
      summaries.push(null, true);
      care.changed();
    }
  };
  const training = trainingNews(db, (changed) => {
    publish('training.changed', changed);
    if (changed.status === 'done') publish('training.versions', {});
  });
  const queue = startJobQueue(
    project,
    engine,
    {
      onProgress,
      onSample: sampleChanged,
      onSamples: samplesChanged,
      onStage: training.onStage,
      onPoint: training.onPoint,
    },
    startTrainer,
  );

  let seen = dataVersion(db);
  let newest = newestRevisionId(db);
  let [newestSample, sampleCount] = [newestSampleId(db), countAll(db)];
  const watch = setInterval(() => {
    try {
      look();
      // It may have been away for a while only.
      const wasReplaced = replaced;
      replaced = false;
      if (wasReplaced) summaries.push(null, true);
    } catch (thrown) {
      // Said once; whoever saves hears it, too.
      if (!replaced) publish('project.lost', storeError(thrown, project.path).toWire());
      replaced = true;
    }
  }, WATCH_MS);
  const look = (): void => {
    requireSameFiles(db);
    const version = dataVersion(db);
    if (version === seen) return;
    seen = version;
    const before = [newestSample, sampleCount];
    [newestSample, sampleCount] = [newestSampleId(db), countAll(db)];
    if (newestSample !== before[0]) knowSamples();
    // Imported or removed by another process.
    if (newestSample !== before[0] || sampleCount !== before[1]) many.push(null);
    summaries.push(null);
    // Revisions made here are among them; hearing of those once more changes nothing.
    const reviewed = reviewedSince(db, newest, MANY + 1);
    newest = newestRevisionId(db);
    if (reviewed.length > MANY) samplesChanged();
    else reviewed.forEach(sampleChanged);
    const elsewhere = listJobs(db, 1)[0];
    if (elsewhere && !running.has(elsewhere.id)) jobEvents.push(elsewhere);
    publish('jobs.changed', {});
    // Another process may have asked one to go on, or to come first.
    if (unfinishedJobs(db).some(waits)) queue.wake();
  };
  watch.unref();

  const paced = <J extends Job>(job: J): J => {
    const here = running.get(job.id);
    if (!here || job.state !== 'running') return job;
    const { total, done, failed, skipped, rate, etaSeconds } = here;
    return { ...job, total, done, failed, skipped, rate, etaSeconds };
  };
  const jobs = (): Job[] => listJobs(db).map(paced);
  return {
    project,
    queue,
    thumbnails: openThumbnails(project),
    keeper,
    pictures: openShownPictures(project),
    samples: () => samples,
    care,
    uploads,
    downloads: new Downloads(),
    training,
    desks,
    jobs,
    job: (id) => {
      try {
        return paced(asEnded(db, getJob(db, id)));
      } catch (thrown) {
        if (FoveaError.from(thrown).code === 'not_found') return null;
        throw thrown;
      }
    },
    paced,
    jobChanged: (job) => {
      jobEvents.push(job, true);
      // One moved to the front moves others back; one that goes on makes another one old.
      publish('jobs.changed', {});
    },
    sampleChanged,
    samplesChanged,
    batchChanged: (batch) => {
      // How far it was is of no interest any more.
      batchSteps.stop();
      publish('batch.changed', batch);
    },
    batchProgress: (progress) => batchSteps.push(progress),
    scoreMissing,
    projectChanged: (now = false) => {
      knowSamples();
      summaries.push(null, now);
    },
    task,
    longWrite,
    untilFree,
    async close() {
      clearInterval(watch);
      keeper.stop();
      care.stop();
      closing.abort();
      await Promise.all([queue.stop(), uploads.close(), ...tasks]);
      jobEvents.stop();
      summaries.stop();
      many.stop();
      training.stop();
      batchSteps.stop();
      desks.close();
      project.close();
    },
  };
}
