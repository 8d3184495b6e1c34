/** The connection and what holds for the whole project: its summary, jobs, engine, reviewer. */
import { createContext } from 'svelte';
import { counted, formatCount } from '../ui/words.ts';
import type { Job, ProjectSummary } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  NO_FILTER,
  type EventPayload,
  type ProcedureName,
  type ProcedureOutput,
  type RpcClient,
} from '../../src-shared/contract/procedures.ts';
import { OWNER_FACTS, type CallerFacts } from '../../src-shared/contract/role.ts';
import { ASK_ADMIN, may, whyNot } from '../../src-shared/contract/roles.ts';
import { reviewerSchema } from '../../src-shared/contract/limits.ts';
import { readJson, store } from './stored.dom.ts';
import type { Notices } from './notices.svelte.ts';

const SUMMARY_PAUSE_MS = 400;
/** The name of the preference. */
const REVIEWER = 'reviewer';

const chosenName = (): string | null => readJson<string | null>(REVIEWER, reviewerSchema.nullable(), null);

export class Session {
  readonly client: RpcClient;
  /** What this page tries goes by this name; another window has one of its own. */
  readonly slot = `page-${Math.random().toString(36).slice(2)}`;
  readonly #notices: Notices;
  #ownName = $state(chosenName());
  info = $state.raw<ProcedureOutput<'app.info'> | null>(null);
  project = $state.raw<ProjectSummary | null>(null);
  jobs = $state.raw<readonly Job[]>([]);
  /** The projects opened last, newest first. */
  recent = $state.raw<ProcedureOutput<'project.recent'>>([]);
  engine = $state.raw<EventPayload<'engine.changed'> | null>(null);
  connected = $state(true);
  /** Why the host does not take this page back in, where it says so. */
  notLetIn = $state.raw<FoveaError | null>(null);
  /** False until the first answer: nothing is known yet. */
  started = $state(false);
  /** What the page is waiting for at the start screen, in words. */
  busy = $state<string | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** The project's files are not the ones that were opened: nothing is saved until it is opened again. */
  lost = $state.raw<FoveaError | null>(null);
  /** Since the main side was asked for everything last. */
  #wasLost = false;
  #refreshTimer: ReturnType<typeof setTimeout> | null = null;

  /** The job to wait for: the one under way, else null. Training takes hours, and nothing waits for it; nor for what was paused. */
  readonly activeJob = $derived.by(() => {
    const jobs = this.jobs.filter(({ type, asked }) => type !== 'train' && asked === null);
    return jobs.find((job) => job.state === 'running') ?? jobs.find((job) => job.state === 'queued') ?? null;
  });

  /** What trains just now; one that is queued may rest. */
  readonly trainingJob = $derived(
    this.jobs.find(({ type, state }) => type === 'train' && state === 'running') ?? null,
  );

  readonly reviewed = $derived.by(() => {
    const counts = this.project?.byState;
    return counts ? (counts.accepted ?? 0) + (counts.corrected ?? 0) + (counts.rejected ?? 0) : 0;
  });

  constructor(client: RpcClient, notices: Notices) {
    this.client = client;
    this.#notices = notices;
    client.on('job.changed', (job) => this.#jobChanged(job));
    client.on('project.changed', (summary) => {
      this.project = summary;
      this.lost = null;
    });
    client.on('project.lost', (error) => (this.lost = FoveaError.fromWire(error)));
    client.on('engine.changed', (engine) => (this.engine = engine));
    // Whoever changes the name in one window signs with it in all.
    client.on('preferences.changed', () => (this.#ownName = chosenName()));
    client.onConnection((open, problem) => {
      this.connected = open;
      this.#wasLost ||= !open;
      this.notLetIn = problem?.code === 'unauthorized' ? problem : null;
      if (open) void this.start();
    });
  }

  /** Who the page is for the main side. */
  get caller(): CallerFacts {
    return this.info?.caller ?? OWNER_FACTS;
  }

  /** Whether this person may call a procedure; what needs none is for everybody. */
  may(name: ProcedureName | undefined): boolean {
    return name === undefined || may(this.caller.role, name);
  }

  /** True, and the person is told, when their role is not enough. */
  refuses(name: ProcedureName): boolean {
    const why = whyNot(this.caller.role, name);
    if (why !== null) this.#notices.info(why, ASK_ADMIN);
    return why !== null;
  }

  /**
   * Who decides here: the name of the invitation, else the one that was chosen on this machine, else the one that the main
   * side was started with.
   */
  get reviewer(): string {
    if (this.caller.name !== null) return this.caller.name;
    return this.#ownName ?? this.givenName;
  }

  /** The name without any choice: `FOVEA_REVIEWER`, else the system's user. */
  get givenName(): string {
    return this.info?.reviewer ?? 'reviewer';
  }

  /** Signs what is done from now on with another name; null: the given one. */
  setReviewer(name: string | null): void {
    this.#ownName = name;
    store(REVIEWER, JSON.stringify(name));
  }

  /** True, and the person is told, when nothing can be written to the project. */
  refusesWriting(): boolean {
    const why = this.project?.readOnly ?? null;
    if (why?.code === 'forbidden') this.#notices.info(why.message, why.next);
    else if (why) this.#notices.info('Read-only: open for looking and exporting', why.next);
    return why !== null;
  }

  /** Asks for everything; also after the connection came back. */
  async start(): Promise<void> {
    try {
      this.info = await this.client.call('app.info', {});
      if (this.info.projectPath === null) {
        this.project = null;
      } else {
        this.project = await this.client.call('project.summary', {});
        this.jobs = await this.client.call('jobs.list', {});
      }
      this.problem = this.#sayWhyItEnded(this.info);
    } catch (thrown) {
      this.problem = FoveaError.from(thrown);
    }
    this.started = true;
  }

  /** The backend that was asked last may have ended over it: said where the person asked, or as a notice. */
  #sayWhyItEnded({ ended, projectPath }: ProcedureOutput<'app.info'>): FoveaError | null {
    const why = this.#wasLost && ended ? FoveaError.fromWire(ended) : null;
    this.#wasLost = false;
    if (why && projectPath !== null) this.#notices.error(why);
    return projectPath === null ? why : null;
  }

  /** A list that cannot be had is no reason to say anything: folders can be typed. */
  async loadRecent(): Promise<void> {
    this.recent = await this.client.call('project.recent', {}).catch(() => []);
  }

  /** Takes a project out of the list of those opened last; it stays where it is. */
  async forgetProject(path: string): Promise<void> {
    try {
      this.recent = await this.client.call('project.forget', { path });
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  /** Gives the open project another name. @returns whether it has it now */
  async renameProject(name: string): Promise<boolean> {
    if (this.refusesWriting()) return false;
    try {
      this.project = await this.client.call('project.rename', { name });
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    }
  }

  /** Like the two below: whether a project is open now; if not, `problem` says why. */
  openDemo(): Promise<boolean> {
    return this.#open('Making the demo project', () => this.client.call('project.demo', { dir: null }));
  }

  openProject(path: string): Promise<boolean> {
    return this.#open('Opening the project', () => this.client.call('project.open', { path }));
  }

  createProject(path: string): Promise<boolean> {
    return this.#open('Making the project', () => this.client.call('project.create', { path }));
  }

  /** Counts anew, soon; many changes at once ask once. */
  refreshSoon(): void {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = null;
      this.client.call('project.summary', {}).then(
        (summary) => (this.project = summary),
        () => undefined,
      );
    }, SUMMARY_PAUSE_MS);
  }

  /** Labels what shows no label yet. */
  async label(): Promise<void> {
    try {
      const job = await this.client.call('jobs.label', {
        modelDir: null,
        presetId: null,
        answerMode: 'self',
        limit: null,
        // Only what has no label: samples that show another run's keep it until somebody asks otherwise.
        scope: { filter: { ...NO_FILTER, states: ['unlabelled'] }, ids: null, except: [] },
      });
      this.#jobChanged(job);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  async cancelJob(id: number): Promise<void> {
    try {
      this.#jobChanged(await this.client.call('jobs.cancel', { id }));
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  async setActiveRun(runId: number): Promise<void> {
    try {
      this.project = await this.client.call('project.setActiveRun', { runId });
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  async #open(words: string, open: () => Promise<ProjectSummary>): Promise<boolean> {
    this.busy = words;
    this.problem = null;
    try {
      this.project = await open();
      this.lost = null;
      this.jobs = await this.client.call('jobs.list', {});
    } catch (thrown) {
      this.problem = FoveaError.from(thrown);
    }
    this.busy = null;
    return this.problem === null;
  }

  #jobChanged(job: Job): void {
    const before = this.jobs.find((known) => known.id === job.id);
    this.jobs = before ? this.jobs.map((known) => (known.id === job.id ? job : known)) : [job, ...this.jobs];
    const ended = job.state === 'failed' || job.state === 'done';
    if (!ended || !before || before.state === job.state) return;
    this.refreshSoon();
    if (job.state === 'failed') {
      this.#notices.error(
        new FoveaError('internal', `The ${job.type} job stopped: ${job.message ?? 'no reason given'}`, {
          next: 'Start it again; it continues where it stopped',
        }),
      );
      return;
    }
    if (job.message !== null) this.#notices.info(job.message);
    if (job.failed > 0) {
      this.#notices.error(
        new FoveaError('internal', `${formatCount(job.failed)} of ${counted(job.total, 'item')} failed`, {
          next: 'The others are done; see Jobs for the reasons, and to try again',
        }),
      );
    }
  }
}

export const [getSession, setSession] = createContext<Session>();
