/** A shared run within one process: host and workers with fake engines, on a database of the test's own. */
import { rmSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LabelReport } from '../../src-main/jobs/label/label.ts';
import type { LabelJobParams } from '../../src-main/jobs/label/run.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { type HostEvent, type HostOptions, runSharedLabelJob } from '../../src-main/workers/host/host.ts';
import { downloadedPictures } from '../../src-main/workers/pictures/download.ts';
import { queueAddress } from '../../src-main/workers/queue/address.ts';
import { QueueDatabase } from '../../src-main/workers/queue/database.ts';
import { sharedRuns } from '../../src-main/workers/queue/runs.ts';
import {
  runWorker,
  type WorkerEvent,
  type WorkerOptions,
  type WorkerReport,
} from '../../src-main/workers/worker/worker.ts';
import type { Engine } from '../../src-main/engine/protocol.ts';
import { fakeEngine } from './fake-engine.ts';
import { testPreset } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';

export const VERSION = 'test';

/** A test that fails must not leave a host behind that waits for its database for ever. */
const overOf = new WeakMap<QueueDatabase, AbortSignal>();

/** Connects; closed after the test. */
export async function connected(t: TestContext, url: string): Promise<QueueDatabase> {
  const address = await queueAddress({ argument: url, file: undefined }, {});
  const queue = await QueueDatabase.open(address, { name: 'test', connections: 4, superviseSeconds: 1 });
  const over = new AbortController();
  overOf.set(queue, over.signal);
  t.after(() => {
    over.abort();
    return queue.close();
  });
  return queue;
}

export function paramsOf(dir: string, rest: Partial<LabelJobParams> = {}): LabelJobParams {
  return { model: { dir, device: 'auto' }, preset: testPreset, answerMode: 'self', limit: null, ...rest };
}

/** Labels by workers; ends when nothing is left, or by the signal as a stopped command does. */
export function host(
  queue: QueueDatabase,
  project: Project,
  params: LabelJobParams,
  options: Partial<HostOptions> & { signal?: AbortSignal; events?: HostEvent[] } = {},
): Promise<LabelReport> {
  const { signal, events = [], ...rest } = options;
  const listen = { address: '127.0.0.1', port: 0, tls: null };
  return runSharedLabelJob(
    queue,
    project,
    fakeEngine(),
    params,
    { version: VERSION, chunkSize: 2, listen, onEvent: (event) => events.push(event), ...rest },
    {
      signal: AbortSignal.any([signal, overOf.get(queue)].filter((one) => one !== undefined)),
      onAbort: 'release',
    },
  );
}

export interface StartedWorker {
  readonly report: Promise<WorkerReport>;
  readonly events: WorkerEvent[];
  stop(): void;
}

/** A worker until `stop`, or until the queue was empty for half a second. */
export function worker(
  t: TestContext,
  queue: QueueDatabase,
  dir: string,
  options: Partial<WorkerOptions> & { engine?: Engine } = {},
): StartedWorker {
  const { engine = fakeEngine(), ...rest } = options;
  const folder = join(temporaryDir(t), 'pictures');
  mkdirSync(folder);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const stopping = new AbortController();
  t.after(() => stopping.abort());
  const events: WorkerEvent[] = [];
  const report = runWorker(
    queue,
    engine,
    {
      model: { dir, device: 'auto' },
      version: VERSION,
      pictures: (run, onWaiting) =>
        downloadedPictures({
          host: async () => {
            const [now] = await sharedRuns(queue, run.key);
            return { url: now?.spec.pictures.url ?? '', token: now?.token ?? '' };
          },
          folder,
          onWaiting,
          waitMs: 50,
        }),
      idleMs: 500,
      pollMs: 50,
      onEvent: (event) => events.push(event),
      ...rest,
    },
    stopping.signal,
  );
  return { report, events, stop: () => stopping.abort() };
}
