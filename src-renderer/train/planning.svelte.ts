/** The form of the next run, and what it would be, asked anew when form or project change. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TrainingPlan } from '../../src-shared/contract/procedures.ts';
import type { TrainingStanding } from '../../src-shared/contract/training.ts';
import { later } from '../shell/later.ts';
import type { Session } from '../shell/session.svelte.ts';
import { EMPTY_FORM, readForm, type TrainForm } from './wish.ts';

/** Somebody still types. */
const PAUSE_MS = 400;

export class Planning {
  readonly #session: Session;
  form = $state.raw<TrainForm>(EMPTY_FORM);
  /** The one of before stays while the next is worked out. */
  plan = $state.raw<TrainingPlan | null>(null);
  /** {@link plan} is of a new RPN. */
  planIsFresh = $state(false);
  /** Why there is no plan. */
  error = $state.raw<FoveaError | null>(null);
  /** Pictures compared so far, while a plan is worked out. */
  looking = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  /** The plan is of the form as it is. */
  settled = $state(false);
  starting = $state(false);
  startError = $state.raw<FoveaError | null>(null);
  readonly read = $derived(readForm(this.form));
  readonly slot: string;
  #asked = 0;
  #path: string | undefined;
  #callOff: (() => void) | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.slot = `${session.slot} train`;
    session.client.on('training.looking', ({ slot, done, total }) => {
      if (slot === this.slot && !this.settled) this.looking = { done, total };
    });
  }

  change(change: Partial<TrainForm>): void {
    this.form = { ...this.form, ...change };
    this.startError = null;
    // The name decides nothing of a plan: who types it and presses Enter need not wait for another.
    if (!this.settled || Object.keys(change).some((field) => field !== 'name')) this.soon();
  }

  /** Works out the plan of the project at `path`; called again when its samples or versions changed. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#path = path;
      this.form = EMPTY_FORM;
      [this.plan, this.error, this.startError] = [null, null, null];
    }
    this.soon(0);
  }

  soon(ms = PAUSE_MS): void {
    this.settled = false;
    this.#asked++;
    this.#callOff?.();
    this.#callOff = later(() => void this.#ask(), ms);
  }

  /** @returns the run that was begun; null where it was not, and `startError` says why */
  async start(): Promise<TrainingStanding | null> {
    const { wish } = this.read;
    if (!wish) return null;
    this.starting = true;
    this.startError = null;
    try {
      const begun = await this.#session.client.call('training.start', wish);
      this.form = { ...this.form, name: '' };
      return begun;
    } catch (thrown) {
      this.startError = FoveaError.from(thrown);
      return null;
    } finally {
      this.starting = false;
    }
  }

  async #ask(): Promise<void> {
    const { wish } = this.read;
    if (!wish) return;
    const asked = ++this.#asked;
    this.looking = null;
    try {
      // The name decides nothing of it.
      const plan = await this.#session.client.call('training.plan', {
        slot: this.slot,
        wish: { ...wish, name: null },
      });
      if (asked !== this.#asked) return;
      this.plan = plan;
      this.planIsFresh = wish.fresh !== null;
      this.error = null;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked !== this.#asked || error.code === 'cancelled') return;
      [this.plan, this.error] = [null, error];
    }
    this.settled = true;
    this.looking = null;
  }
}

export const [getPlanning, setPlanning] = createContext<Planning>();
