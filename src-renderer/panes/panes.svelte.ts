/**
 * The panes of the review page: how many, what each shows, how they share the space; remembered from visit to visit.
 * Other parts of the page put maps on screen through `show`, teach it heads and tokens through `provide`, and show
 * what a change of the recipe would do through `trial`.
 */
import { createContext } from 'svelte';
import { z } from 'zod';
import type { MapBoxes } from '../../src-shared/contract/outcome.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { Dropped, Labels } from '../../src-shared/kernels/types.ts';
import {
  DENOISED,
  keyOf,
  lasting,
  mapSourceSchema,
  PICTURE,
  RAW,
  RPN,
  runsOf,
  withKnownRuns,
  type MapSource,
  type SourceKind,
  type SourceOf,
} from './map-source.ts';
import { comparison } from './compare.ts';
import type { PlacedValues } from '../canvas/map-values.ts';
import type { Denoising } from './same-map.ts';
import {
  ARRANGEMENTS,
  moveBorder,
  PANE_COUNTS,
  shareKey,
  soundShares,
  type Arrangement,
  type PaneCount,
  type PaneGrid,
} from './pane-layout.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import { OtherRuns } from './other-runs.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readFlag, readJson, store } from '../shell/stored.dom.ts';

/** A map, or why there is none. */
export type Found = { readonly map: PlacedValues } | { readonly missing: string };

/** Knows the maps of one kind of source that predictions do not store. */
export interface MapProvider<S extends MapSource> {
  /** What a pane's header calls it. */
  title(source: S): string;
  /** What the numbers are, in words. All are attention. */
  readonly unit: string;
  /**
   * The map of this sample; while it is on its way, `missing` says so. Called inside a derived: whatever state it
   * reads makes the pane follow. The same map must be the same object, or it is drawn anew.
   */
  find(source: S, bundle: Bundle): Found;
  /** What the pickers offer for this sample. */
  choices(bundle: Bundle): readonly S[];
}

export type ProvidedKind = Extract<SourceKind, 'head' | 'token'>;
type Providers = { [K in ProvidedKind]?: MapProvider<SourceOf<K>> };

/** What the label rules would say of a sample under another recipe: shown in place of what is stored, never saved. */
export interface Trial {
  readonly sampleId: number;
  /** The mean over other heads, where those are tried; left out, the stored one is shown. */
  readonly raw?: PlacedValues | null;
  readonly denoised: PlacedValues | null;
  /** What the recipe on trial takes out of the raw map. */
  readonly denoising: Denoising;
  /** On the prediction's grid. */
  readonly label: Labels;
  readonly boxes: MapBoxes;
  readonly dropped: Dropped | null;
}

const sharesSchema = z.array(z.number().positive()).max(6);
const layoutSchema = z.object({
  count: z.literal([...PANE_COUNTS]),
  arrangement: z.enum(ARRANGEMENTS).default('auto'),
  /** The project whose runs are meant; another one has runs of the same numbers. */
  project: z.string().nullable().default(null),
  /** Of all six places, so that a smaller layout forgets nothing. */
  sources: z.array(mapSourceSchema).length(6),
  /** Columns and rows of the grids that were pulled, by {@link shareKey}. */
  cols: z.record(z.string(), sharesSchema),
  rows: z.record(z.string(), sharesSchema),
});
type Layout = z.infer<typeof layoutSchema>;

const START: Layout = {
  count: 3,
  arrangement: 'auto',
  project: null,
  sources: [RAW, DENOISED, RPN, { kind: 'map', map: 'label', run: null }, PICTURE, RAW],
  cols: {},
  rows: {},
};

export class Panes {
  #layout = $state.raw<Layout>(readJson('panes', layoutSchema, START));
  readonly #providers: Providers = {};
  readonly #session: Session;
  /** Maps of runs other than the one on screen. */
  readonly others: OtherRuns;
  /** One scale for all panes of one quantity. */
  shared = $state(readFlag('sharedScale', false));
  /** Shown in place of the stored label, denoised map and boxes while a recipe is tried out. */
  trial = $state.raw<Trial | null>(null);

  readonly count = $derived<PaneCount>(this.#layout.count);
  readonly arrangement = $derived<Arrangement>(this.#layout.arrangement);
  /** All six places; runs that this project does not have are the one on screen. */
  readonly #places = $derived.by<readonly MapSource[]>(() => {
    const { project } = this.#session;
    if (project === null) return this.#layout.sources;
    const known = project.path === this.#layout.project ? project.runs.map(({ id }) => id) : [];
    return this.#layout.sources.map((source) => withKnownRuns(source, known));
  });
  /** What each pane shows, first pane first. */
  readonly sources = $derived<readonly MapSource[]>(this.#places.slice(0, this.count));
  /** Runs other than the one on screen whose maps are wanted. */
  readonly otherRuns = $derived(runsOf(this.sources));

  constructor(session: Session) {
    this.#session = session;
    this.others = new OtherRuns(session);
  }

  /** The preset of a run of this project; null for another's. */
  presetOf(runId: number): Preset | null {
    return this.#session.project?.runs.find(({ id }) => id === runId)?.preset ?? null;
  }

  setCount(count: PaneCount): void {
    this.#change({ count });
  }

  /**
   * Puts a map on screen. Without a pane: nothing happens where it is shown already; else it takes the pane that shows
   * something of its kind that a provider knows, else the last one.
   */
  show(source: MapSource, pane?: number): void {
    const at = pane ?? this.#placeFor(source);
    if (at === null || at >= this.count) return;
    this.#change({ sources: this.#places.map((known, i) => (i === at ? source : known)) });
  }

  /** Puts a run beside the one on screen: a map of each, on one scale, and their difference. */
  compare(runId: number): void {
    const sources = comparison(this.sources, runId);
    this.#change({ count: 3, sources: this.#places.map((known, i) => sources[i] ?? known) });
    if (!this.shared) this.toggleShared();
  }

  /** Teaches the panes the maps of a kind; once per kind, while the page is set up. */
  provide<K extends ProvidedKind>(kind: K, provider: Providers[K]): void {
    this.#providers[kind] = provider;
  }

  provider<K extends ProvidedKind>(kind: K): Providers[K] {
    return this.#providers[kind];
  }

  arrange(arrangement: Arrangement): void {
    this.#change({ arrangement });
  }

  /** Of the columns or rows of the grid that panes stand in. */
  sharesOf(grid: PaneGrid, axis: 'cols' | 'rows'): readonly number[] {
    return soundShares(this.#layout[axis][shareKey(this.count, grid)], grid[axis]);
  }

  /** Moves the border after column or row `at` of a grid by a share of the whole. */
  moveBorder(grid: PaneGrid, axis: 'cols' | 'rows', at: number, delta: number): void {
    const shares = moveBorder(this.sharesOf(grid, axis), at, delta);
    this.#change({ [axis]: { ...this.#layout[axis], [shareKey(this.count, grid)]: shares } });
  }

  /** All columns or rows of a grid alike. */
  evenOut(grid: PaneGrid, axis: 'cols' | 'rows'): void {
    const kept = Object.entries(this.#layout[axis]).filter(([key]) => key !== shareKey(this.count, grid));
    this.#change({ [axis]: Object.fromEntries(kept) });
  }

  toggleShared(): void {
    this.shared = !this.shared;
    store('sharedScale', this.shared);
  }

  #placeFor(source: MapSource): number | null {
    if (this.sources.some((shown) => keyOf(shown) === keyOf(source))) return null;
    const provided = source.kind === 'head' || source.kind === 'token';
    const alike = provided ? this.sources.findIndex(({ kind }) => kind === source.kind) : -1;
    return alike >= 0 ? alike : this.count - 1;
  }

  #change(part: Partial<Layout>): void {
    const project = this.#session.project?.path ?? this.#layout.project;
    this.#layout = { ...this.#layout, sources: [...this.#places], project, ...part };
    store('panes', JSON.stringify({ ...this.#layout, sources: this.#layout.sources.map(lasting) }));
  }
}

export const [getPanes, setPanes] = createContext<Panes>();
