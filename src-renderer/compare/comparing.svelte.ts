/** What is compared, how far that is, and what came of it. */
import { createContext } from 'svelte';
import { idSchema } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ComparableSides } from '../../src-shared/contract/procedures.ts';
import type { RpnComparison } from '../../src-shared/contract/training.ts';
import {
  againstOf,
  choiceSchema,
  mayBeAgainst,
  NO_CHOICE,
  runOfSide,
  sidesOf,
  type Choice,
} from './compare.ts';
import { later } from '../shell/later.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readJson, store } from '../shell/stored.dom.ts';
import type { Versions } from '../train/versions.svelte.ts';

/** Decisions come one after the other. */
const PAUSE_MS = 1200;

/** What is to be compared, all of it said. */
export type Wish = Pick<Choice, 'over'> & {
  readonly a: NonNullable<Choice['a']>;
  readonly b: NonNullable<Choice['b']>;
  readonly against: NonNullable<Choice['against']>;
};

export interface Compared {
  readonly comparisonId: number;
  readonly comparison: RpnComparison;
}

export class Comparing {
  readonly #session: Session;
  readonly #versions: Versions;
  readonly slot: string;
  /** Null before the first answer. */
  listing = $state.raw<ComparableSides | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  choice = $state.raw<Choice>(NO_CHOICE);
  /** Of the wish as it was when it was made; the one before stays on screen while the next is worked out. */
  found = $state.raw<Compared | null>(null);
  /** Why there is no comparison. */
  error = $state.raw<FoveaError | null>(null);
  /** Samples measured so far; null: nothing is under way. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  /** The wish that {@link found} or {@link error} answers. */
  #answered = $state.raw<string | null>(null);
  /** The wish that was asked for last. */
  #wished: string | null = null;
  #path: string | undefined;
  #shown = false;
  #asked = 0;
  #listed = 0;
  #callOff: (() => void) | null = null;
  /** What is asked for soon is asked for with what can be compared. */
  #sidesToo = false;

  /** Runs can be compared whether or not the model of their RPN is there, once somebody asked for that. */
  readonly #runs = $derived.by(() => {
    const asked = [this.choice.a, this.choice.b].some((side) => side !== null && runOfSide(side) !== null);
    return asked || this.listing?.problem === null ? (this.#session.project?.runs ?? []) : [];
  });
  readonly sides = $derived(
    this.listing && sidesOf(this.choice, this.listing, this.#versionInUse(), this.#runs),
  );
  readonly wish = $derived.by<Wish | null>(() => {
    if (!this.sides) return null;
    const { a, b } = this.sides;
    const against = againstOf(this.choice.against, this.#session.project?.byState.corrected ?? 0);
    return { a, b, against: mayBeAgainst(against, a, b) ? against : 'corrected', over: this.choice.over };
  });
  /** The sides that nothing was predicted with yet. */
  readonly unasked = $derived.by(() => {
    const { sides, listing } = this;
    if (!sides || !listing) return [];
    return listing.sides.filter(
      ({ side, predicted }) => predicted === 0 && (side === sides.a || side === sides.b),
    );
  });
  /** What is on screen is of what is wished. */
  readonly settled = $derived(this.wish !== null && this.#answered === JSON.stringify(this.wish));
  readonly comparison = $derived(this.found?.comparison ?? null);

  constructor(session: Session, versions: Versions) {
    this.#session = session;
    this.#versions = versions;
    this.slot = `${session.slot} compare`;
    const { client } = session;
    client.on('compare.progress', ({ slot, done, total }) => {
      if (slot === this.slot && this.progress) this.progress = { done, total };
    });
    const again = (): void => this.soon(true);
    client.on('training.versions', again);
    client.on('job.changed', ({ state }) => (state === 'done' || state === 'cancelled') && again());
    client.on('samples.changed', () => this.soon(false));
    client.on('sample.changed', () => this.soon(false));
    client.onConnection((open) => open && again());
  }

  /** Shows the comparison of the project at `path`, made anew; until {@link leave} it follows what is decided and predicted. */
  watch(path: string | undefined): void {
    this.#shown = true;
    if (path !== this.#path) {
      this.#path = path;
      [this.listing, this.problem, this.found, this.error] = [null, null, null, null];
      [this.#answered, this.#wished] = [null, null];
      this.choice = readJson(`compare:${path ?? ''}`, choiceSchema, NO_CHOICE);
    }
    void this.load();
  }

  leave(): void {
    this.#shown = false;
    this.#callOff?.();
  }

  /**
   * Chooses two runs of the project at `path`, for when the page is shown next: as the versions of the RPN that they speak for
   * where both do, else by the maps that made their labels.
   */
  async chooseRuns(path: string, a: number, b: number): Promise<void> {
    const { sides } = await this.#session.client.call('compare.sides', {});
    const of = (run: number) => sides.find(({ runId }) => runId === run)?.side ?? null;
    const [left, right] = [of(a), of(b)];
    const both = left !== null && right !== null;
    const before = readJson(`compare:${path}`, choiceSchema, NO_CHOICE);
    this.choice = { ...before, a: both ? left : `run:${a}`, b: both ? right : `run:${b}` };
    store(`compare:${path}`, JSON.stringify(this.choice));
  }

  change(change: Partial<Choice>): void {
    const before = JSON.stringify(this.wish);
    this.choice = { ...this.choice, ...change };
    if (this.#path !== undefined) store(`compare:${this.#path}`, JSON.stringify(this.choice));
    if (JSON.stringify(this.wish) !== before) void this.run();
  }

  /**
   * What is wished may change without anybody choosing: with its first correction a project is measured against
   * corrections. The decision and the counts that say so come one after the other, and either may come while a comparison
   * is worked out.
   */
  follow(): void {
    const { wish } = this;
    if (this.#shown && wish !== null && JSON.stringify(wish) !== this.#wished) void this.run();
  }

  /** The sample that was looked at last in this project. */
  get lookedAt(): number | null {
    return readJson(`compared:${this.#path ?? ''}`, idSchema.nullable(), null);
  }

  /** Keeps which sample is looked at, for the next visit. */
  keepLookedAt(sampleId: number): void {
    if (this.#path !== undefined) store(`compared:${this.#path}`, JSON.stringify(sampleId));
  }

  swap(): void {
    const { sides } = this;
    if (!sides) return;
    const { which, first } = this.choice;
    const turned = { a: 'b', b: 'a', all: 'all', ties: 'ties' } as const;
    this.change({ a: sides.b, b: sides.a, which: turned[which], first: turned[first] });
  }

  /** Asks what can be compared, then compares. */
  async load(): Promise<void> {
    const listed = ++this.#listed;
    try {
      const [listing] = await Promise.all([
        this.#session.client.call('compare.sides', {}),
        this.#versions.load(),
      ]);
      if (listed !== this.#listed) return;
      [this.listing, this.problem] = [listing, null];
    } catch (thrown) {
      if (listed === this.#listed) this.problem = FoveaError.from(thrown);
      return;
    }
    await this.run();
  }

  async run(): Promise<void> {
    const { wish } = this;
    const asked = ++this.#asked;
    this.#wished = JSON.stringify(wish);
    if (!wish || this.unasked.length > 0) {
      [this.found, this.error, this.progress] = [null, null, null];
      return;
    }
    this.progress = { done: 0, total: 0 };
    try {
      const found = await this.#session.client.call('compare.run', { slot: this.slot, ...wish });
      if (asked !== this.#asked) return;
      [this.found, this.error] = [found, null];
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked !== this.#asked || error.code === 'cancelled') return;
      [this.found, this.error] = [null, error];
    }
    this.progress = null;
    this.#answered = JSON.stringify(wish);
  }

  /** Something changed that numbers depend on. @param sides also what can be compared */
  soon(sides: boolean): void {
    if (!this.#shown || this.listing === null) return;
    this.#sidesToo ||= sides;
    this.#callOff?.();
    this.#callOff = later(() => {
      const load = this.#sidesToo;
      this.#sidesToo = false;
      void (load ? this.load() : this.run());
    }, PAUSE_MS);
  }

  #versionInUse(): number | null {
    return this.#versions.listing?.inUse ?? null;
  }
}

export const [getComparing, setComparing] = createContext<Comparing>();
