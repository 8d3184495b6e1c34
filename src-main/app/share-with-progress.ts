/** Labels a project by the workers of a shared queue, with a bar: what `fovea label --queue` does. */
import { counted } from '../../src-shared/contract/counts.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { LabelReport } from '../jobs/label/label.ts';
import { labelParams, modelFolders, type LabelWish } from '../jobs/label/params.ts';
import type { LabelJobParams } from '../jobs/label/run.ts';
import type { Project } from '../store/file/project.ts';
import { type HostEvent, type HostOptions, runSharedLabelJob } from '../workers/host/host.ts';
import type { QueueAddress } from '../workers/queue/address.ts';
import { QueueDatabase } from '../workers/queue/database.ts';
import { Progress, type ProgressStream } from './progress.ts';
import { withEngine } from './engine.ts';
import { precisionWithProgress } from './precision-with-progress.ts';
import { quantiseWithProgress } from './quantise-with-progress.ts';
import { appResources } from './resources.ts';
import { appVersion } from './version.ts';

export interface ShareWish extends LabelWish, Pick<HostOptions, 'chunkSize' | 'listen' | 'heartbeatSeconds'> {
  readonly queue: QueueAddress;
}

/** Connections of a host: results come by one, the rest by others. */
const CONNECTIONS = 4;

/**
 * Has workers label what lacks a prediction. Stopping it keeps what is done, and the workers' chunks; calling it again goes on.
 * @param agree as `labelWithProgress`
 * @throws FoveaError `cancelled` when `signal` stopped it, and what the job throws
 */
export async function shareWithProgress(
  project: Project,
  wish: ShareWish,
  stderr: ProgressStream,
  signal: AbortSignal,
  agree: (params: LabelJobParams) => Promise<void>,
): Promise<LabelReport> {
  const queue = await QueueDatabase.open(wish.queue, {
    name: 'fovea label',
    connections: CONNECTIONS,
    superviseSeconds: supervision(wish.heartbeatSeconds),
  });
  const progress = new Progress('Labelling on the queue', stderr);
  const say = (line: string): void => {
    progress.end();
    stderr.write(`${line}\n`);
  };
  try {
    const report = await withEngine(async (engine) => {
      const resources = appResources();
      const { chunkSize, listen, heartbeatSeconds } = wish;
      const folders = await modelFolders(project, wish, resources);
      const ref = { ...folders, device: wish.device ?? 'auto' };
      const settled = await precisionWithProgress(project, engine, ref, wish.precision, stderr, signal);
      await quantiseWithProgress({ ...folders, precision: settled.precision }, stderr, signal);
      const params = await labelParams(project, engine, { ...wish, ...settled }, resources);
      await agree(params);
      const onEvent = (event: HostEvent): void => {
        const line = wordsOf(event);
        if (line !== null) say(line);
      };
      const options = { version: appVersion(), chunkSize, listen, heartbeatSeconds, onEvent };
      return runSharedLabelJob(queue, project, engine, params, options, {
        signal,
        onAbort: 'release',
        onProgress: (job) => progress.update(job),
      });
    });
    if (!report.cancelled) return report;
    throw new FoveaError('cancelled', `Stopped after ${counted(report.done, 'sample')}; workers go on`, {
      where: project.path,
      next: `Write what they find with: fovea label ${project.path} --queue`,
    });
  } finally {
    progress.end();
    await queue.close();
  }
}

/** Lost chunks are looked for a few times in the time after which they are. */
export function supervision(heartbeatSeconds: number | undefined): number | undefined {
  return heartbeatSeconds === undefined ? undefined : Math.max(1, Math.floor(heartbeatSeconds / 10));
}

function wordsOf(event: HostEvent): string | null {
  switch (event.kind) {
    case 'planned':
      return null;
    case 'enqueued':
      return event.chunks === null ? null : `${counted(event.chunks, 'chunk')} put into the queue`;
    case 'listening':
      return `Workers get pictures from ${event.url}`;
    case 'again':
      return `sample ${event.sampleId} is asked for again: ${event.reason}`;
    case 'alone':
      return 'No worker is there: start some with fovea worker --queue, here or elsewhere';
    case 'waiting':
      return event.reason ?? 'The queue answers again';
  }
}
