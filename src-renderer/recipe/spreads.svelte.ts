/** What the dials' thresholds cut: on the sample on screen at once, over the run as soon as the dials rest. */
import { createContext } from 'svelte';
import type { ProcedureOutput } from '../../src-shared/contract/procedures.ts';
import { later } from '../shell/later.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { RecipeTrial } from './recipe.svelte.ts';
import { dialsOf, valueOf, type Dial, type DialKey } from './recipe.ts';
import { spreadOf, type Spread } from './spreads.ts';

/** Dials that turn are left alone. */
const PAUSE_MS = 300;

export class Spreads {
  readonly #session: Session;
  readonly #trial: RecipeTrial;
  #ofRun = $state.raw<ProcedureOutput<'recipes.spread'> | null>(null);
  /** What {@link #ofRun} is of. */
  #known = '';
  #callOff: (() => void) | null = null;

  constructor(session: Session, trial: RecipeTrial) {
    this.#session = session;
    this.#trial = trial;
  }

  /** By dial; those without values are left out. */
  readonly byDial = $derived.by<Readonly<Partial<Record<DialKey, Spread>>>>(() => {
    const { recipe, maps, result } = this.#trial;
    if (!recipe) return {};
    // Maps on trial are laid over the stored ones where the result is worked out.
    void result;
    const cuts = maps?.cuts(recipe) ?? null;
    const run = this.#ofRun;
    const of = (dial: Dial): Spread | null => {
      const value = valueOf(recipe, dial.key);
      if (dial.key === 'maxRatioLimit') return spreadOf(dial, value, run?.areas ?? null, run?.labelled);
      if (dial.key === 'minMax') return spreadOf(dial, value, run?.maxima ?? null, run?.labelled);
      return spreadOf(dial, value, cuts?.[dial.key] ?? null);
    };
    return Object.fromEntries(
      dialsOf(recipe).flatMap((dial) => {
        const spread = of(dial);
        return spread ? [[dial.key, spread]] : [];
      }),
    );
  });

  /** What the numbers over the run depend on; null: there are none. Other heads than the stored ones have no maps to measure. */
  get wanted(): string | null {
    const { run, recipe, headsChanged } = this.#trial;
    if (!run || !recipe || headsChanged) return null;
    const { maxRatioLimit: _, minMax: __, ...labels } = recipe.labels;
    return JSON.stringify([this.#session.project?.path, run.id, labels]);
  }

  /** Asks for the numbers over the run, soon, unless they are known; called in an effect on {@link wanted}. */
  ask(wanted: string | null): void {
    this.#callOff?.();
    this.#callOff = null;
    if (wanted === null) [this.#ofRun, this.#known] = [null, ''];
    else if (wanted !== this.#known) this.#callOff = later(() => void this.#load(wanted), PAUSE_MS);
  }

  async #load(wanted: string): Promise<void> {
    const { run, recipe } = this.#trial;
    if (!run || !recipe) return;
    // A picture behind a dial: what goes wrong with the project is said elsewhere.
    const found = await this.#session.client
      .call('recipes.spread', { runId: run.id, labels: recipe.labels })
      .catch(() => null);
    if (this.wanted === wanted) [this.#ofRun, this.#known] = [found, wanted];
  }
}

export const [getSpreads, setSpreads] = createContext<Spreads>();
