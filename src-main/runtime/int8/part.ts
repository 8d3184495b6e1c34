/**
 * One part of a model, looked at with real inputs: how each of its linear layers bears rounding, which of them are rounded,
 * and what comes out then. A part runs on two streams: what the parts before it give as they are stored, and what they give
 * as they were chosen.
 */
import type { GraphSource, ModelGraphs } from '../../../models/architectures/index.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import type { MeasuredLayer } from '../../checkpoint/quantised/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { roundingName } from '../../graph/observed.ts';
import type { Graph } from '../../graph/types.ts';
import { placed } from '../../graph/weights.ts';
import type { Feed, Output } from '../session.ts';
import { Session } from '../session.ts';
import type { SeenLayer } from './choose.ts';
import { BEARABLE, choiceOf, EXPONENTS, factorsOf, groupsOf, seenLayers, WORTH } from './choose.ts';

/** Weights are looked at in pieces, so that a large vocabulary's head is not in memory several times over. */
const PIECE_BYTES = 64 << 20;

export type Feeds = Readonly<Record<string, Feed>>;
export type Outputs = Readonly<Record<string, Output>>;

/** The same thing as the stored weights have it, and as the chosen ones do. */
export interface Both<T> {
  readonly exact: T;
  readonly near: T;
}

/** How far a part's outputs may be off, and how far they are. */
export interface Limit {
  readonly most: number;
  readonly drift: (outputs: Both<Outputs>) => Promise<number>;
}

export interface PartOptions {
  readonly cpuThreads: number;
  readonly signal?: AbortSignal;
  /** Numbers in a matrix from which on it is worth it; default {@link WORTH}. */
  readonly worth?: number;
  /** Hears how many parts are done, and of how many. */
  readonly onPart?: (done: number, total: number) => void;
}

type Build = (model: ModelGraphs) => Graph;

/** What came out of a part, and how far it is off. */
export interface PartOutputs extends Both<Outputs> {
  readonly drift: number;
}

/** Looks at parts one after the other and keeps what it finds. */
export class Parts {
  readonly layers = new Map<string, MeasuredLayer>();
  readonly factors = new Map<string, Float32Array>();
  readonly #source: GraphSource;
  readonly #options: PartOptions;
  readonly #total: number;
  #done = 0;

  /** @param total how many there will be */
  constructor(source: GraphSource, options: PartOptions, total: number) {
    this.#source = source;
    this.#options = options;
    this.#total = total;
  }

  /** @throws FoveaError `cancelled`, `out_of_memory` */
  async look(build: Build, feeds: Both<Feeds>, limit: Limit): Promise<PartOutputs> {
    const plain = await this.#open(build, new Map());
    try {
      const exact = await plain.run(feeds.exact, NONE);
      const tried = await this.#choose(build, feeds.exact, exact);
      const rounded = [...tried.errors].sort(([, a], [, b]) => b - a).map(([name]) => name);
      const found = await this.#near(build, plain, { feeds, exact, rounded, tried, limit });
      for (const name of found.wider) {
        const layer = this.layers.get(name);
        if (layer) this.layers.set(name, { ...layer, choice: 'digits' });
      }
      this.#options.onPart?.(++this.#done, this.#total);
      return { exact, near: found.near, drift: found.drift };
    } finally {
      await plain.release();
    }
  }

  /** Each layer by itself: what it would be, its own error considered. */
  async #choose(build: Build, feeds: Feeds, exact: Outputs): Promise<Chosen> {
    const groups = groupsOf(seenLayers(exact));
    const { worth = WORTH } = this.#options;
    const unbearable = groups.filter((group) =>
      group.some(({ error, size }) => error > BEARABLE && size >= worth),
    );
    const tried = await this.#smoothed(build, feeds, unbearable);
    const errors = new Map<string, number>();
    const factors = new Map<string, Float32Array>();
    for (const group of groups) {
      const id = group[0]?.name ?? '';
      const found = tried.get(id);
      for (const { name, error, size } of group) {
        const both = { plain: finite(error), smoothed: finite(found?.errors.get(name) ?? null) };
        const choice = choiceOf(both, size, worth);
        this.layers.set(name, { ...both, choice, alone: choice, group: id });
        if (choice === 'rows') errors.set(name, error);
        if (choice !== 'smoothed' || !found) continue;
        errors.set(name, both.smoothed ?? error);
        factors.set(name, found.factors);
        this.factors.set(id, found.factors);
      }
    }
    return { errors, factors };
  }

  /** By the groups' first layers: the factors whose largest error is the smallest. */
  async #smoothed(build: Build, feeds: Feeds, groups: readonly SeenLayer[][]): Promise<Map<string, Tried>> {
    const best = new Map<string, Tried>();
    if (groups.length === 0) return best;
    for (const exponent of EXPONENTS) {
      const factors = new Map(groups.map((group) => [group, factorsOf(group, exponent)] as const));
      const byName = new Map(
        [...factors].flatMap(([group, own]) => group.map(({ name }) => [name, own] as const)),
      );
      const part = await this.#open(build, byName);
      const outputs = await part.run(feeds, NONE).finally(() => part.release());
      const errors = new Map(seenLayers(outputs).map(({ name, error }) => [name, error]));
      for (const [group, own] of factors) {
        const mine = new Map(group.map(({ name }) => [name, errors.get(name) ?? Infinity]));
        const id = group[0]?.name ?? '';
        const known = best.get(id);
        if (!known || worst(mine) < worst(known.errors)) best.set(id, { factors: own, errors: mine });
      }
    }
    return best;
  }

  /**
   * What comes out with as many layers rounded as the limit lets through; those that are off most get wider first. Where
   * what comes in is off too far already, none is rounded.
   */
  async #near(build: Build, plain: Part, { feeds, exact, rounded, tried, limit }: Search): Promise<Found> {
    if (rounded.length === 0 && feeds.near === feeds.exact) return { near: exact, drift: 0, wider: [] };
    const part = tried.factors.size > 0 ? await this.#open(build, tried.factors) : plain;
    try {
      const without = async (count: number): Promise<Found> => {
        const near = await part.run(feeds.near, new Set(rounded.slice(count)));
        return { near, drift: await limit.drift({ exact, near }), wider: rounded.slice(0, count) };
      };
      let found = await without(0);
      // Fewest that have to get wider, between `none` too few and `all` enough.
      let [few, enough] = [0, rounded.length];
      if (found.drift <= limit.most || rounded.length === 0) return found;
      found = await without(enough);
      while (found.drift <= limit.most && enough - few > 1) {
        const middle = Math.floor((few + enough) / 2);
        const here = await without(middle);
        if (here.drift <= limit.most) [enough, found] = [middle, here];
        else few = middle;
      }
      return found;
    } finally {
      if (part !== plain) await part.release();
    }
  }

  async #open(build: Build, factors: ReadonlyMap<string, Float32Array>): Promise<Part> {
    const { signal, cpuThreads } = this.#options;
    const weights = placed(this.#source.weights, { maxBytes: PIECE_BYTES, held: [], observing: { factors } });
    const graph = build(modelGraphs({ config: this.#source.config, weights }));
    const session = await Session.open(graph, { device: 'cpu', cpuThreads, unfolded: true });
    const prefix = roundingName('');
    const names = graph.inputs
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => name.slice(prefix.length));
    return {
      run: async (feeds, rounded) => {
        if (signal?.aborted)
          throw new FoveaError('cancelled', 'Stopped while looking at the layers', {
            next: 'Start it again',
          });
        const switches = names.map((name): [string, Feed] => [
          roundingName(name),
          [Float32Array.of(rounded.has(name) ? 1 : 0), []],
        ]);
        return session.run({ ...feeds, ...Object.fromEntries(switches) });
      },
      release: () => session.release(),
    };
  }
}

/** A part made runnable, any of its layers rounded. */
interface Part {
  run(feeds: Feeds, rounded: ReadonlySet<string>): Promise<Outputs>;
  release(): Promise<void>;
}

const NONE: ReadonlySet<string> = new Set();

interface Tried {
  readonly factors: Float32Array;
  readonly errors: ReadonlyMap<string, number>;
}

/** The layers that could be rounded: their errors, and factors of those that are evened out, by name. */
interface Chosen {
  readonly errors: ReadonlyMap<string, number>;
  readonly factors: ReadonlyMap<string, Float32Array>;
}

interface Search {
  readonly feeds: Both<Feeds>;
  readonly exact: Outputs;
  /** Those that are off most first. */
  readonly rounded: readonly string[];
  readonly tried: Chosen;
  readonly limit: Limit;
}

interface Found {
  readonly near: Outputs;
  readonly drift: number;
  readonly wider: readonly string[];
}

const worst = (errors: ReadonlyMap<string, number>): number => Math.max(...errors.values());

/** JSON has no infinity. */
function finite<T extends number | null>(error: T): T {
  return (error === null ? null : Math.min(error, Number.MAX_VALUE)) as T;
}
