/**
 * The recipe being tried on the samples on screen. What it gives is shown by the panes as a trial, stays from sample to
 * sample, and holds for nobody until it is applied: to this sample as a correction, to many as a new run.
 */
import { createContext, flushSync } from 'svelte';
import type { PredictionMaps, Run } from '../../src-shared/contract/domain.ts';
import type { HeadSet } from '../../src-shared/contract/preset.ts';
import {
  recipeOf,
  sameHeads,
  sameSets,
  sameThresholds,
  withValue,
  type DialKey,
  type Recipe,
} from './recipe.ts';
import { TrialMaps, type TrialResult } from './trial.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Panes } from '../panes/panes.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { measureUntilDrawn, measureWork } from '../shell/timings.dom.ts';

/** Maps of so many samples stay decoded. */
const KEPT = 12;

/** Means over heads, where they are known (the head explorer). */
export interface MeanOfHeads {
  /** The mean map `[H*W]` of the sample over these heads; null while it is not known. */
  mean(predictionId: number, heads: readonly HeadSet[]): Float64Array | null;
}

export class RecipeTrial {
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #panes: Panes;
  readonly #notices: Notices;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache; `#arrived` says when it has changed
  readonly #maps = new Map<number, TrialMaps | 'loading' | 'lost'>();
  /** Counts maps that arrived: what is shown follows. */
  #arrived = $state(0);
  #draft = $state.raw<{ readonly runId: number; readonly recipe: Recipe } | null>(null);
  #frame: number | null = null;
  #next: Recipe | null = null;
  /** Set while the page is made. */
  heads: MeanOfHeads | null = null;

  /** What the recipe makes of the sample on screen; null where nothing is tried or can be. */
  result = $state.raw<TrialResult | null>(null);

  /** The run whose prediction is on screen. */
  readonly run = $derived.by<Run | null>(() => {
    const runId = this.#desk.bundle?.detail.prediction?.runId;
    return this.#session.project?.runs.find(({ id }) => id === runId) ?? null;
  });
  /** The stored maps of the sample on screen; null while they are not there, and where there is nothing to try on. */
  readonly maps = $derived.by<TrialMaps | null>(() => {
    void this.#arrived;
    const known = this.#maps.get(this.#desk.bundle?.detail.prediction?.id ?? NaN);
    return known instanceof TrialMaps && !known.empty ? known : null;
  });
  /** The recipe of that run. */
  readonly stored = $derived<Recipe | null>(this.run && recipeOf(this.run.preset));
  /** The recipe on the dials: the one on trial, else the stored one. */
  readonly recipe = $derived<Recipe | null>(
    this.#draft !== null && this.#draft.runId === this.run?.id ? this.#draft.recipe : this.stored,
  );
  readonly changed = $derived(
    this.recipe !== null &&
      this.stored !== null &&
      !(sameThresholds(this.recipe, this.stored) && sameHeads(this.recipe, this.stored)),
  );
  /** Other heads need the model: stored maps cannot give them. */
  readonly headsChanged = $derived(
    this.recipe !== null && this.stored !== null && !sameHeads(this.recipe, this.stored),
  );
  /** A correction of a person stays on screen; the recipe changes the maps beside it only. */
  readonly keepsOwnLabel = $derived.by(() => this.#desk.editing.standing?.decision === 'correct');

  constructor(session: Session, desk: Desk, panes: Panes, notices: Notices) {
    this.#session = session;
    this.#desk = desk;
    this.#panes = panes;
    this.#notices = notices;
    // What is on screen is not what would be decided on.
    desk.isTrying = () => this.result !== null && !this.keepsOwnLabel;
  }

  /** Turns a dial. Several turns within a frame are one. */
  turn(key: DialKey, value: number): void {
    const recipe = this.#next ?? this.recipe;
    if (recipe) this.#soon(withValue(recipe, key, value));
  }

  setSmoothing(on: boolean): void {
    const recipe = this.#next ?? this.recipe;
    if (recipe) this.#soon({ ...recipe, labels: { ...recipe.labels, useSmoothing: on } });
  }

  setHeads(grounding: readonly HeadSet[]): void {
    const recipe = this.#next ?? this.recipe;
    if (recipe && grounding.length > 0) this.#soon({ ...recipe, grounding });
  }

  /** Heads whose mean shows the sinks; none: nothing is taken out. */
  setSinks(sink: readonly HeadSet[]): void {
    const recipe = this.#next ?? this.recipe;
    if (recipe) this.#soon({ ...recipe, sink: sink.length > 0 ? sink : null });
  }

  /** Puts a whole recipe on the dials, to be tried. */
  load(recipe: Recipe): void {
    this.#soon(recipe);
  }

  /** Back to what is stored. @returns false when nothing was on trial */
  reset(): boolean {
    this.#drop();
    const was = this.#draft !== null;
    this.#draft = null;
    this.show();
    return was;
  }

  /** The label on trial becomes this sample's, as a correction. @returns false when there was none */
  applyHere(): boolean {
    this.#flush();
    const label = this.changed ? this.result?.label : null;
    if (!label) return false;
    this.#draft = null;
    this.show();
    return this.#desk.editing.setLabel(label);
  }

  /** Asks for the maps of the sample on screen ahead of the first turn. */
  prepare(): void {
    const bundle = this.#desk.bundle;
    if (bundle) this.#mapsOf(bundle);
  }

  /** Works out and shows what the recipe makes of the sample on screen: called in an effect, it follows both. */
  show(): void {
    void this.#arrived;
    const bundle = this.#desk.bundle;
    const recipe = this.recipe;
    const maps = bundle && recipe && this.changed ? this.#mapsOf(bundle) : null;
    if (!bundle || !recipe || !(maps instanceof TrialMaps) || maps.empty) {
      this.result = null;
      this.#panes.trial = null;
      return;
    }
    const predictionId = bundle.detail.prediction!.id;
    const { grounding, sink } = this.stored!;
    // Heads that nobody asked the model for on this sample: what is stored stays.
    const mean = (sets: readonly HeadSet[]) => this.heads?.mean(predictionId, sets) ?? null;
    maps.setMean(sameSets(recipe.grounding, grounding) ? null : mean(recipe.grounding));
    maps.setSink(sameSets(recipe.sink, sink) ? undefined : recipe.sink && (mean(recipe.sink) ?? undefined));
    const result = maps.try(recipe);
    this.result = result;
    const { denoised, boxes, dropped } = result;
    const denoising = { sinks: recipe.sink !== null, sinkThresh: recipe.labels.sinkThresh };
    const sampleId = bundle.detail.id;
    this.#panes.trial = { sampleId, denoised, denoising, label: result.label, boxes, dropped };
  }

  /** The first turn of a frame is shown in that frame; those after it wait for the next. */
  #soon(recipe: Recipe): void {
    if (this.#frame !== null) {
      this.#next = recipe;
      return;
    }
    this.#take(recipe);
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      this.#flush();
    });
  }

  #flush(): void {
    const next = this.#next;
    this.#next = null;
    if (next) this.#take(next);
  }

  #take(recipe: Recipe): void {
    const { run } = this;
    if (!run) return;
    measureUntilDrawn('recipe-shown', performance.now());
    measureWork('recipe', () => flushSync(() => (this.#draft = { runId: run.id, recipe })));
  }

  #drop(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#next = null;
  }

  #mapsOf(bundle: Bundle): TrialMaps | 'loading' | 'lost' {
    const { prediction, image } = bundle.detail;
    if (!prediction || !this.run) return 'lost';
    const known = this.#maps.get(prediction.id);
    if (known !== undefined) return known;
    const used = this.run.preset.roi;
    const keep = (maps: TrialMaps | 'lost'): void => {
      this.#maps.set(prediction.id, maps);
      this.#arrived++;
    };
    this.#maps.set(prediction.id, 'loading');
    for (const id of this.#maps.keys())
      if (this.#maps.size > KEPT && id !== prediction.id) this.#maps.delete(id);
    this.#session.client.call('samples.maps', { predictionId: prediction.id }).then(
      (maps: PredictionMaps) => keep(new TrialMaps(prediction, maps, used, [image.width, image.height])),
      (thrown: unknown) => {
        keep('lost');
        this.#notices.error(thrown);
      },
    );
    return 'loading';
  }
}

export const [getRecipeTrial, setRecipeTrial] = createContext<RecipeTrial>();

/** Called while the review page is made: shows what the recipe on the dials makes of the sample on screen. */
export function watchTrial(recipe: RecipeTrial): void {
  $effect(() => recipe.show());
}
