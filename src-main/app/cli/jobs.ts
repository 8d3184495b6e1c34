/** `fovea jobs`: how a project's jobs stand, and how a shared queue stands: runs, workers, rate, failures, time left. */
import { z } from 'zod';
import { counted, formatBytes } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { jobEntries } from '../../jobs/queue/entries.ts';
import { QueueDatabase } from '../../workers/queue/database.ts';
import { endRun, sharedRuns } from '../../workers/queue/runs.ts';
import { queueStatus, type QueueStatus, type RunStatus } from '../../workers/queue/status.ts';
import type { WorkerRow } from '../../workers/queue/workers.ts';
import { duration } from '../progress.ts';
import { withProject } from '../projects.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { EXIT } from './frame/exit.ts';
import { addJobSteps } from './job-steps.ts';
import { jobLine } from './job-words.ts';
import {
  addressOf,
  QUEUE_FILE_OPTION,
  QUEUE_OPTION,
  wantsQueue,
  type QueueOptions,
} from './frame/queue-option.ts';

interface Options extends QueueOptions {
  readonly limit: number;
  readonly remove?: string;
}

const JOBS = 20;
/** A host beats every ten seconds. */
const HOST_AWAY_S = 30;

export const addJobs: AddCommand = (program, cli) => {
  const jobs = program
    .command('jobs')
    .description("a project's jobs, what is asked of them, and shared queues");
  addJobSteps(jobs, cli);
  const command = jobs
    .command('list', { isDefault: true })
    .description("a project's jobs, the newest first; with --queue how a shared queue stands")
    .argument('[project]', 'project folder')
    .option('--limit <n>', 'list at most so many jobs of the project', positiveInteger('--limit'), JOBS)
    .option(...QUEUE_OPTION)
    .option(...QUEUE_FILE_OPTION)
    .option(
      '--remove <run>',
      'with --queue: take a run out of the queue; what was found and not written goes',
    );
  cli.define<Options>(command, async ({ output }, [path], options) => {
    const shared = wantsQueue(options);
    if (path === undefined && !shared) {
      throw usageError('fovea jobs needs a project, --queue, or both', 'See fovea jobs --help');
    }
    if (options.remove !== undefined && !shared) {
      throw usageError('--remove is for a run of the queue', 'Say which with --queue');
    }
    const entries =
      path === undefined ? null : await withProject(path, async ({ db }) => jobEntries(db, 0, options.limit));
    const queue = shared ? await QueueDatabase.open(await addressOf(options, output), CONNECTION) : null;
    try {
      if (queue && options.remove !== undefined) await removeRun(queue, options.remove);
      const status = queue && (await queueStatus(queue));
      const lines = [...(entries ?? []).map(jobLine), ...(status ? statusLines(status) : [])];
      output.result(
        { ...(entries ? { jobs: entries } : {}), ...(status ? { queue: asJson(status) } : {}) },
        lines.length > 0 ? lines.join('\n') : 'There are no jobs yet',
      );
      return EXIT.done;
    } finally {
      await queue?.close();
    }
  });
};

const CONNECTION = { name: 'fovea jobs', connections: 1 } as const;

async function removeRun(queue: QueueDatabase, key: string): Promise<void> {
  const known = z.uuid().safeParse(key).success && (await sharedRuns(queue, key)).length > 0;
  if (!known) {
    throw new FoveaError('not_found', `there is no run ${key} in the queue`, {
      next: 'fovea jobs --queue lists them',
    });
  }
  await endRun(queue, key);
}

function statusLines({ runs, workers, bytes }: QueueStatus): string[] {
  const gone = workers.filter(({ here }) => !here).length;
  return [
    `queue: ${counted(runs.length, 'run')}, ${counted(workers.length - gone, 'worker')}${gone > 0 ? ` (${gone} silent)` : ''}, ${formatBytes(bytes)}`,
    ...runs.flatMap(runLines),
    ...workers.map(workerLine),
  ];
}

function runLines(status: RunStatus): string[] {
  const { run, chunks, results, answered, samples, rate, etaSeconds, hostSilentSeconds, workers } = status;
  const done = [`${answered} of ${counted(samples, 'sample')}`];
  if (results.failed > 0) done.push(`${results.failed} failed`);
  if (rate !== null) done.push(`${rate.toFixed(rate >= 10 ? 0 : 2)}/s`);
  if (etaSeconds !== null && answered < samples) done.push(`${duration(etaSeconds)} left`);
  const host =
    hostSilentSeconds > HOST_AWAY_S
      ? `its host was last heard of ${duration(hostSilentSeconds)} ago`
      : 'its host is there';
  const waiting =
    results.waiting > 0
      ? `, ${counted(results.waiting, 'result')} (${formatBytes(results.bytes)}) not written yet`
      : '';
  const retried = chunks.retried > 0 ? `, ${chunks.retried} of them given back or lost before` : '';
  return [
    `run ${run.key}  ${run.spec.project}  ${run.spec.model.name}  ${done.join(' · ')}`,
    `    ${counted(chunks.waiting, 'chunk')} waiting, ${chunks.active} with ${counted(workers, 'worker')}${retried}${waiting}; ${host}`,
  ];
}

function workerLine({ name, device, run, done, failed, rate, note, here, silentSeconds }: WorkerRow): string {
  const parts = [`${counted(done, 'sample')}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (rate !== null && here) parts.push(`${rate.toFixed(2)}/s`);
  parts.push(
    here ? (run === null ? 'waits' : `at run ${run.slice(0, 8)}`) : `silent for ${duration(silentSeconds)}`,
  );
  if (note !== null) parts.push(note);
  return `worker ${name}  ${device ?? 'no model yet'}  ${parts.join(' · ')}`;
}

/** Without the token: it opens pictures. */
function asJson({ runs, workers, bytes }: QueueStatus): unknown {
  return {
    runs: runs.map(({ run, ...rest }) => ({
      key: run.key,
      project: run.spec.project,
      model: run.spec.model.name,
      preset: run.spec.preset.id,
      ...rest,
    })),
    workers,
    bytes,
  };
}
