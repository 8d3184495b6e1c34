/** The training runs of the project, and the curve of the one that is looked at. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { CURVE_PAGE, type EventPayload } from '../../src-shared/contract/procedures.ts';
import type { TrainingPoint, TrainingStanding } from '../../src-shared/contract/training.ts';
import { grown } from './curve.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

const SOON_MS = 500;

/** What only the process that trains knows, of the run that it trains. */
export interface Live {
  readonly runId: number;
  readonly stage: EventPayload<'training.changed'>['stage'];
  readonly etaSeconds: number | null;
}

export class Training {
  readonly #session: Session;
  readonly #notices: Notices;
  /** The newest first; null before the first answer. */
  runs = $state.raw<readonly TrainingStanding[] | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  live = $state.raw<Live | null>(null);
  /** The curve of the chosen run; null while it is asked for. */
  points = $state.raw<readonly TrainingPoint[] | null>(null);
  busy = $state(false);
  #chosenId = $state<number | null>(null);
  /** The run that {@link points} are of. */
  #pointsOf: number | null = null;
  /** Told of the run while its curve is asked for; null: it is not. */
  #untold: TrainingPoint[] | null = null;
  #asked = 0;
  #path: string | undefined;
  #callOff: (() => void) | null = null;

  readonly chosen = $derived(
    this.runs?.find(({ run }) => run.id === this.#chosenId) ?? this.runs?.[0] ?? null,
  );

  /** Leads to the page. */
  onshow: () => void = () => undefined;
  /** Whether the page is looked at: what happens there needs no notice. */
  isShown: () => boolean = () => false;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    const { client } = session;
    client.on('training.changed', (changed) => this.#changed(changed));
    client.on('job.changed', (job) => {
      // One that another process trains is told of by its job alone.
      if (job.type === 'train') this.#soon();
    });
    client.onConnection((open) => {
      if (open) this.#soon();
    });
  }

  /** Shows the runs of the project at `path`. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#asked++;
      [this.runs, this.problem, this.live, this.points] = [null, null, null, null];
      [this.#chosenId, this.#pointsOf, this.#untold, this.#path] = [null, null, null, path];
    }
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const runs = await this.#session.client.call('training.runs', {});
      if (asked !== this.#asked) return;
      this.runs = runs;
      this.problem = null;
      // One that another process trains grew without a word here.
      await this.#loadCurve(true);
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  choose(runId: number): void {
    this.#chosenId = runId;
    void this.#loadCurve().catch((thrown: unknown) => this.#notices.error(thrown));
  }

  /** A run that was begun here is looked at. */
  began(standing: TrainingStanding): void {
    this.#put(standing);
    this.choose(standing.run.id);
  }

  async ask(what: 'pause' | 'resume' | 'finish' | 'cancel', runId: number): Promise<boolean> {
    this.busy = true;
    try {
      this.#put(await this.#session.client.call(`training.${what}`, { runId }));
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #changed({ points, stage, etaSeconds, ...standing }: EventPayload<'training.changed'>): void {
    const { id } = standing.run;
    const before = this.runs?.find(({ run }) => run.id === id);
    this.live = { runId: id, stage, etaSeconds };
    if (this.runs) this.#put(standing);
    if (standing.status === 'done' && before && before.status !== 'done' && !this.isShown()) {
      this.#notices.offer(`Training run ${id} has ended with a new version of the RPN`, {
        words: 'Show',
        run: () => {
          this.choose(id);
          this.onshow();
        },
      });
    }
    if (id !== this.#pointsOf) {
      // The only run there is: looked at without being chosen.
      if (this.runs && this.chosen?.run.id === id) void this.#loadCurve().catch(() => undefined);
      return;
    }
    if (this.#untold) this.#untold.push(...points);
    else this.#grow(points);
  }

  #grow(told: readonly TrainingPoint[]): void {
    const points = grown(this.points ?? [], told);
    if (points) this.points = points;
    else {
      this.#pointsOf = null;
      void this.#loadCurve().catch(() => undefined);
    }
  }

  #put(standing: TrainingStanding): void {
    const runs = this.runs ?? [];
    const known = runs.some(({ run }) => run.id === standing.run.id);
    this.runs = known
      ? runs.map((one) => (one.run.id === standing.run.id ? standing : one))
      : [standing, ...runs];
  }

  /** @param again also where it is known; what is known stays until then */
  async #loadCurve(again = false): Promise<void> {
    const id = this.chosen?.run.id ?? null;
    if (id === null || (id === this.#pointsOf && (!again || this.#untold))) return;
    if (id !== this.#pointsOf) this.points = null;
    this.#pointsOf = id;
    const untold: TrainingPoint[] = [];
    this.#untold = untold;
    const all: TrainingPoint[] = [];
    try {
      for (;;) {
        const after = all.at(-1)?.step ?? -1;
        const page = await this.#session.client.call('training.points', { runId: id, after });
        if (this.#untold !== untold) return;
        all.push(...page);
        if (page.length < CURVE_PAGE) break;
      }
    } catch (thrown) {
      if (this.#untold === untold) [this.#pointsOf, this.#untold] = [null, null];
      throw thrown;
    }
    this.points = all;
    this.#untold = null;
    this.#grow(untold.filter(({ step }) => step > (all.at(-1)?.step ?? -1)));
  }

  #soon(): void {
    if (this.runs === null) return;
    this.#callOff?.();
    this.#callOff = later(() => void this.load(), SOON_MS);
  }
}

export const [getTraining, setTraining] = createContext<Training>();
