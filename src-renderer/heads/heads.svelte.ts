/**
 * The heads of the sample on screen: asked of the model when the explorer wants them, scored a slice at a time, and shown
 * in the panes as a source of their own. A few samples' heads are kept for the way back.
 */
import { createContext, untrack } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { HeadSet } from '../../src-shared/contract/preset.ts';
import { decodeFloat16, float16FromBytes } from '../../src-shared/kernels/float16.ts';
import { headAgreement, sinkCells, sinkShare } from '../../src-shared/kernels/measures/head-scores.ts';
import type { Labels } from '../../src-shared/kernels/types.ts';
import {
  headAt,
  indexOf,
  mapAt,
  meanOf,
  ordered,
  type HeadMaps,
  type HeadScore,
  type Order,
} from './heads.ts';
import { Kept } from '../shell/kept.ts';
import { sameSets } from '../recipe/recipe.ts';
import { decodeMap, withRange, type PlacedValues } from '../canvas/map-values.ts';
import { formatValue, percent } from '../ui/words.ts';
import { headName, shows, type SourceOf } from '../panes/map-source.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import type { HeadRanker } from './ranking.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Found, Panes } from '../panes/panes.svelte.ts';
import type { MeanOfHeads, RecipeTrial } from '../recipe/recipe.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export type Layers = 'recipe' | 'all';

/** Samples whose heads are kept: a 7B model's are a megabyte each. */
const KEPT = 4;
/** Means kept per sample. */
const MEANS = 4;
/** Heads offered in a pane's picker. */
const OFFERED = 12;
/** A slice of scoring: leaves the rest of a frame to everything else. */
const SLICE_MS = 6;

interface Known {
  readonly predictionId: number;
  readonly layers: Layers;
  readonly maps: HeadMaps;
  /** Maps handed to panes, by name; the same one each time, or it is drawn anew. */
  readonly placed: Map<string, PlacedValues>;
  /** The last means by what they are of: one of the map's heads, one of the sinks'. */
  readonly means: Kept<Float64Array | null>;
}

/** The map of a head, or of all heads of a layer; null when the maps have none. */
function valuesOf(maps: HeadMaps, layer: number, head: number | null): Float32Array | null {
  if (head === null) {
    const mean = meanOf(maps, [{ layer, heads: 'all' }]);
    return mean && Float32Array.from(mean);
  }
  const index = indexOf(maps, layer, head);
  return index === null ? null : decodeFloat16(mapAt(maps, index));
}

export class Heads implements MeanOfHeads {
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #panes: Panes;
  readonly #trial: RecipeTrial;
  readonly #ranker: HeadRanker;
  readonly #slot: string;
  #known = $state.raw<readonly Known[]>([]);
  #asked = 0;

  layers = $state<Layers>('all');
  order = $state<Order>('agreement');
  /** Layers done of how many, while the model is asked. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  loading = $state(false);
  error = $state.raw<FoveaError | null>(null);
  /** By index; grows while scoring goes on. */
  scores = $state.raw<readonly (HeadScore | undefined)[]>([]);
  /** The head the keyboard is on. */
  chosen = $state<number | null>(null);

  readonly #predictionId = $derived.by(() => this.#desk.bundle?.detail.prediction?.id ?? null);
  /** The heads of the sample on screen, when they are here. */
  readonly current = $derived<Known | null>(
    this.#known.find(
      ({ predictionId, layers }) => predictionId === this.#predictionId && layers === this.layers,
    ) ?? null,
  );
  readonly count = $derived(this.current ? this.current.maps.layers.length * this.current.maps.heads : 0);
  /** Some head's mean over samples is known. */
  readonly hasMeans = $derived(this.scores.some((score) => score !== undefined && score.mean !== null));
  /** Some head's share on sink tokens is known. */
  readonly hasSinks = $derived(this.scores.some((score) => score !== undefined && score.sink !== null));
  /** Indices as shown. */
  readonly shown = $derived(ordered(this.count, this.order, this.scores));

  constructor(
    { session, desk, panes }: { readonly session: Session; readonly desk: Desk; readonly panes: Panes },
    trial: RecipeTrial,
    ranker: HeadRanker,
    slot: string,
  ) {
    this.#slot = slot;
    this.#ranker = ranker;
    this.#session = session;
    this.#desk = desk;
    this.#panes = panes;
    this.#trial = trial;
    trial.heads = this;
    panes.provide('head', {
      unit: 'Attention of one head to each token',
      title: headName,
      find: ({ layer, head }, bundle) => this.#find(layer, head, bundle),
      choices: () => this.#offered(),
    });
    session.client.on('analysis.progress', ({ slot, done, total }) => {
      if (slot === this.#slot && this.loading) this.progress = { done, total };
    });
  }

  /** Asks the model for the heads of the sample on screen, unless they are here. */
  async load(): Promise<void> {
    const predictionId = this.#predictionId;
    if (predictionId === null || this.current) return;
    const asked = ++this.#asked;
    const { layers } = this;
    this.loading = true;
    this.progress = null;
    this.error = null;
    try {
      const found = await this.#session.client.call('analysis.heads', {
        slot: this.#slot,
        predictionId,
        layers,
      });
      const { data, ...maps } = found;
      const known = {
        predictionId,
        layers,
        maps: { ...maps, bits: float16FromBytes(data) },
        // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache, nothing on screen depends on it
        placed: new Map<string, PlacedValues>(),
        means: new Kept<Float64Array | null>(MEANS),
      };
      this.#known = [...this.#known.slice(-(KEPT - 1)), known];
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked === this.#asked && error.code !== 'cancelled') this.error = error;
    }
    if (asked === this.#asked) this.loading = false;
  }

  cancel(): void {
    this.#asked++;
    this.loading = false;
    this.#session.client.call('analysis.cancel', { slot: this.#slot }).catch(() => undefined);
  }

  /** Puts a head on screen. */
  show(index: number): void {
    if (!this.current) return;
    const { layer, head } = headAt(this.current.maps, index);
    this.chosen = index;
    this.#panes.show({ kind: 'head', layer, head });
  }

  /** What is known of a head, for people. */
  words(index: number): string {
    if (!this.current) return '';
    const { layer, head } = headAt(this.current.maps, index);
    const score = this.scores[index];
    const agreement = score?.agreement ?? null;
    const sink = score?.sink ?? null;
    const mean = score?.mean ?? null;
    return [
      `layer ${layer}, head ${head}`,
      agreement === null ? 'no agreement' : `agreement ${formatValue(agreement)}`,
      ...(mean === null ? [] : [`mean over samples ${formatValue(mean)}`]),
      ...(sink === null ? [] : [`${percent(sink)} on sinks`]),
    ].join(' · ');
  }

  mean(predictionId: number, sets: readonly HeadSet[]): Float64Array | null {
    const of = JSON.stringify(sets);
    for (const known of this.#known) {
      if (known.predictionId !== predictionId) continue;
      if (!known.means.keep(of)) known.means.set(of, meanOf(known.maps, sets));
      const map = known.means.get(of);
      if (map) return map;
    }
    return null;
  }

  /**
   * Scores every head against a label, a slice per turn of the event loop; gives the function that stops it. Call it in
   * an effect.
   */
  score(maps: HeadMaps, label: Labels | null): () => void {
    const count = maps.layers.length * maps.heads;
    const scores: (HeadScore | undefined)[] = Array.from({ length: count });
    let sinks: Uint8Array | null = null;
    let stopped = false;
    let next = 0;
    const slice = (): void => {
      if (stopped) return;
      const until = performance.now() + SLICE_MS;
      while (next < count && performance.now() < until) {
        const bits = mapAt(maps, next);
        const fits = label?.length === bits.length;
        scores[next++] = {
          agreement: fits ? headAgreement(bits, label) : null,
          sink: sinks && sinkShare(bits, sinks),
          mean: this.#meanOf(maps, next - 1),
        };
      }
      if (next < count) setTimeout(slice);
      else this.scores = scores;
    };
    void this.#sinks(maps).then((found) => {
      sinks = found;
      slice();
    });
    return () => (stopped = true);
  }

  #meanOf(maps: HeadMaps, index: number): number | null {
    const { layer, head } = headAt(maps, index);
    return this.#ranker.meanOf(layer, head);
  }

  /** Sink cells of the sample on screen under the recipe on the dials; null without a sink map of this grid. */
  async #sinks({ grid }: HeadMaps): Promise<Uint8Array | null> {
    const predictionId = this.#predictionId;
    const { recipe, stored } = this.#trial;
    if (predictionId === null || !recipe || !recipe.sink) return null;
    if (!sameSets(recipe.sink, stored?.sink ?? null)) {
      const mean = this.mean(predictionId, recipe.sink);
      return mean && sinkCells(Float32Array.from(mean), recipe.labels.sinkThresh);
    }
    try {
      const { sink } = await this.#session.client.call('samples.maps', { predictionId });
      if (!sink || sink.grid[0] !== grid[0] || sink.grid[1] !== grid[1]) return null;
      return sinkCells(decodeMap(sink.data), recipe.labels.sinkThresh);
    } catch {
      // The panes say what is wrong with the sample's maps.
      return null;
    }
  }

  /** The first heads of the explorer's order and every layer; before the model was asked, those of the recipe. */
  #offered(): SourceOf<'head'>[] {
    const source = (layer: number, head: number | null) => ({ kind: 'head', layer, head }) as const;
    if (this.current) {
      const { maps } = this.current;
      const best = this.shown.slice(0, OFFERED).map((index) => headAt(maps, index));
      return [
        ...best.map(({ layer, head }) => source(layer, head)),
        ...maps.layers.map((layer) => source(layer, null)),
      ];
    }
    const sets = this.#trial.recipe?.grounding ?? [];
    return [
      ...sets.flatMap(({ layer, heads }) =>
        heads === 'all' ? [] : heads.map((head) => source(layer, head)),
      ),
      ...sets.map(({ layer }) => source(layer, null)),
    ];
  }

  #find(layer: number, head: number | null, bundle: Bundle): Found {
    const predictionId = bundle.detail.prediction?.id;
    const known = this.#known.findLast((one) => one.predictionId === predictionId);
    if (!known) return { missing: this.#whyMissing(predictionId) };
    const name = headName({ layer, head });
    const kept = known.placed.get(name);
    if (kept) return { map: kept };
    const values = valuesOf(known.maps, layer, head);
    if (!values) return { missing: 'This model has no such head, or its layer was not read' };
    const { grid, transform } = known.maps;
    const map = { ...withRange(values), grid, transform };
    known.placed.set(name, map);
    return { map };
  }

  #whyMissing(predictionId: number | undefined): string {
    if (predictionId === undefined) return 'Not labelled yet';
    return this.error && !this.loading ? this.error.message : 'Asking the model…';
  }
}

export const [getHeads, setHeads] = createContext<Heads>();

/** Called while the review page is made: asks for heads while a pane shows one; in their tab they are asked for there. */
export function watchHeads(heads: Heads, desk: Desk, panes: Panes): void {
  const asks = $derived(panes.sources.some((source) => shows('head', source)));
  const predictionId = $derived(desk.bundle?.detail.prediction?.id ?? null);
  $effect(() => {
    if (asks && predictionId !== null) untrack(() => void heads.load());
  });
}
