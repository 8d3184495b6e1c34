/** Follows the backend for what the desktop shows of it: which project is open, its jobs, the projects opened last. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, ProjectSummary } from '../../../src-shared/contract/domain.ts';
import type {
  ProcedureInput,
  ProcedureName,
  ProcedureOutput,
  RecentProject,
  RpcClient,
} from '../../../src-shared/contract/procedures.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { messagePortChannel } from '../../../src-shared/rpc/message-port-channel.ts';
import { mainPort } from '../../rpc/transports/electron-port.ts';
import type { BackendProcess } from './backend-process.ts';

const AGAIN_MS = 1_000;

export interface Follower {
  /** They are others, or stand otherwise. @param ended the one that ended just now */
  onJobs(jobs: readonly Job[], ended: Job | null): void;
  /** The list of projects is another one, the one that is open at its head. */
  onRecent(recent: readonly RecentProject[]): void;
}

export class Follow {
  readonly #backend: BackendProcess;
  readonly #follower: Follower;
  readonly #jobs = new Map<number, Job>();
  #client: RpcClient | null = null;
  #project: Pick<ProjectSummary, 'path' | 'name'> | null = null;
  #closed = false;

  constructor(backend: BackendProcess, follower: Follower) {
    this.#backend = backend;
    this.#follower = follower;
    void this.#begin();
  }

  /** Name of the open project, for a person. */
  get projectName(): string {
    return this.#project?.name ?? 'Fovea';
  }

  /** @throws FoveaError `io` while there is no backend; what the call throws */
  async call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>> {
    // Whoever asks before the backend is ready gets a client of their own, once it is.
    if (this.#client) return this.#client.call(name, input);
    const client = await this.#connect();
    return client.call(name, input).finally(() => client.close());
  }

  /** Before the backend is closed: it is not asked again. */
  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  #connect(): Promise<RpcClient> {
    return createRpcClient(async () => messagePortChannel(mainPort(await this.#backend.connect())));
  }

  async #begin(): Promise<void> {
    while (!this.#closed && this.#client === null) {
      // Why there is no backend is said elsewhere.
      this.#client = await this.#connect().catch(() => null);
      if (this.#client === null) await sleep(AGAIN_MS, null, { ref: false });
    }
    const client = this.#client;
    if (client === null) return;
    if (this.#closed) return client.close();
    client.on('job.changed', (job) => this.#jobChanged(job));
    client.on('project.changed', (project) => {
      if (project.path !== this.#project?.path) void this.#look();
    });
    client.on('project.remembered', () => void this.#recall());
    client.onConnection((open) => {
      if (open) void this.#look();
    });
    await Promise.all([this.#look(), this.#recall()]);
  }

  /** Asks for everything: another project, or another backend. */
  async #look(): Promise<void> {
    const client = this.#client;
    try {
      const { projectPath } = (await client?.call('app.info', {})) ?? { projectPath: null };
      const known = projectPath === null ? null : await client!.call('project.summary', {});
      const jobs = known === null ? [] : await client!.call('jobs.list', {});
      this.#project = known;
      this.#jobs.clear();
      for (const job of jobs) this.#jobs.set(job.id, job);
      this.#follower.onJobs(jobs, null);
    } catch {
      // The connection is lost, or another project came: asked again then.
    }
  }

  /** A list that cannot be had leaves the one that is shown. */
  async #recall(): Promise<void> {
    const recent = await this.#client?.call('project.recent', {}).catch(() => null);
    if (recent) this.#follower.onRecent(recent);
  }

  #jobChanged(job: Job): void {
    const before = this.#jobs.get(job.id);
    this.#jobs.set(job.id, job);
    const over = ['done', 'failed', 'cancelled'].includes(job.state);
    const ended = over && before !== undefined && before.state !== job.state ? job : null;
    this.#follower.onJobs([...this.#jobs.values()], ended);
  }
}
