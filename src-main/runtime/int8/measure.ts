/**
 * How the linear layers of a checkpoint bear products of whole numbers: the model as it is stored runs once over a prompt,
 * part by part, and each layer's outputs are compared with what rounding would make of them. One part's weights are in use
 * at a time. Where a layer does not bear it, its part runs again with its inputs evened out.
 */
import type { GraphSource, ModelGraphs } from '../../../models/architectures/index.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { mropePositions } from '../../../models/architectures/mrope.ts';
import type { PromptIds } from '../../checkpoint/prompt.ts';
import type { Measured, MeasuredLayer } from '../../checkpoint/quantised/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { Graph } from '../../graph/types.ts';
import { placed } from '../../graph/weights.ts';
import { need } from '../outputs.ts';
import { branchFeeds, int64, positionFeeds } from '../feeds.ts';
import type { Feed, Output } from '../session.ts';
import { Session } from '../session.ts';
import type { SeenLayer } from './choose.ts';
import { BEARABLE, choiceOf, EXPONENTS, factorsOf, groupsOf, seenLayers, WORTH } from './choose.ts';
import { samplePixels } from './sample.ts';

/** Of pictures that have grids of their own. */
const GRID: Grid = [16, 16];
/** Rows of the last layer that the head is measured on. */
const HEAD_ROWS = 64;
/** Weights are looked at in pieces, so that a large vocabulary's head is not in memory several times over. */
const PIECE_BYTES = 64 << 20;

export interface MeasureOptions {
  readonly prompt: PromptIds;
  readonly cpuThreads: number;
  readonly signal?: AbortSignal;
  /** Numbers in a matrix from which on it is worth it; default {@link WORTH}. */
  readonly worth?: number;
  /** Hears how many parts are done, and of how many. */
  readonly onPart?: (done: number, total: number) => void;
}

type Feeds = Readonly<Record<string, Feed>>;

/** @throws FoveaError `cancelled`, `missing_tensor`, `out_of_memory` */
export async function measureLayers(source: GraphSource, options: MeasureOptions): Promise<Measured> {
  const graphs = modelGraphs(source);
  const { layers, hiddenSize: d, rpn } = graphs;
  const measuring = new Measuring(source, options, layers + (rpn ? 4 : 3));

  const grid = graphs.dynamicGrid ? GRID : graphs.grid;
  const pixels = samplePixels(graphs.pixelCount(grid));
  const seen = await measuring.part((model) => model.vision(), graphs.visionFeeds(pixels, grid));
  const { before, after } = options.prompt;
  const picture = need(seen, 'features').data;
  const count = before.length + picture.length / d + after.length;
  const visual = [before.length, count - after.length] as const;

  let x = new Float32Array(count * d);
  const text = await embedded(graphs, [...before, ...after]);
  x.set(text.subarray(0, before.length * d));
  x.set(picture, visual[0] * d);
  x.set(text.subarray(before.length * d), visual[1] * d);
  const spans = [{ count: before.length }, { count: visual[1] - visual[0], grid }, { count: after.length }];
  const positions = positionFeeds(graphs, 0, count, graphs.mropeSection ? mropePositions(0, spans) : null);
  const row = { ask_from: int64(0), keep_from: int64(0) };
  let mixed = new Float32Array(0);
  for (let i = 0; i <= layers; i++) {
    const output = await measuring.part((model) => model.between(i), {
      embeds: [x, [count, d]],
      mixed: [mixed, [count, mixed.length / count]],
      ...positions,
      ...row,
    });
    if (i > 0) x = new Float32Array(need(output, 'hidden').data);
    if (i === rpn?.k)
      await measuring.part(branchOf, branchFeeds(graphs, x, [count - 1, count], visual, grid));
    if (i < layers) mixed = await attended(graphs, output, positions, options.cpuThreads);
  }
  const last = x.subarray(Math.max(0, count - HEAD_ROWS) * d);
  await measuring.part((model) => model.head(), { hidden: [last, [last.length / d, d]] });
  return measuring.measured;
}

class Measuring {
  readonly measured = { layers: new Map<string, MeasuredLayer>(), factors: new Map<string, Float32Array>() };
  readonly #source: GraphSource;
  readonly #options: MeasureOptions;
  readonly #total: number;
  #done = 0;

  constructor(source: GraphSource, options: MeasureOptions, total: number) {
    this.#source = source;
    this.#options = options;
    this.#total = total;
  }

  /** Runs a part as it is, takes down how its layers bear rounding, and gives its outputs. */
  async part(graph: (model: ModelGraphs) => Graph, feeds: Feeds): Promise<Readonly<Record<string, Output>>> {
    const outputs = await this.#run(graph, feeds, new Map());
    const layers = seenLayers(outputs);
    const groups = groupsOf(layers);
    const { worth = WORTH } = this.#options;
    const unbearable = groups.filter((group) =>
      group.some(({ error, size }) => error > BEARABLE && size >= worth),
    );
    const tried = await this.#smoothed(graph, feeds, unbearable);
    for (const group of groups) {
      const id = group[0]?.name ?? '';
      const found = tried.get(id);
      for (const { name, error, size } of group) {
        const errors = { plain: finite(error), smoothed: finite(found?.errors.get(name) ?? null) };
        const choice = choiceOf(errors, size, worth);
        this.measured.layers.set(name, { ...errors, choice, group: id });
        if (choice === 'smoothed' && found) this.measured.factors.set(id, found.factors);
      }
    }
    this.#options.onPart?.(++this.#done, this.#total);
    return outputs;
  }

  /** By the groups' first layers: the factors whose largest error is the smallest. */
  async #smoothed(
    graph: (model: ModelGraphs) => Graph,
    feeds: Feeds,
    groups: readonly SeenLayer[][],
  ): Promise<Map<string, Tried>> {
    const best = new Map<string, Tried>();
    if (groups.length === 0) return best;
    for (const exponent of EXPONENTS) {
      const factors = new Map(groups.map((group) => [group, factorsOf(group, exponent)] as const));
      const byName = new Map(
        [...factors].flatMap(([group, own]) => group.map(({ name }) => [name, own] as const)),
      );
      const errors = new Map(
        seenLayers(await this.#run(graph, feeds, byName)).map(({ name, error }) => [name, error]),
      );
      for (const [group, own] of factors) {
        const mine = new Map(group.map(({ name }) => [name, errors.get(name) ?? Infinity]));
        const id = group[0]?.name ?? '';
        const known = best.get(id);
        if (!known || worst(mine) < worst(known.errors)) best.set(id, { factors: own, errors: mine });
      }
    }
    return best;
  }

  async #run(
    graph: (model: ModelGraphs) => Graph,
    feeds: Feeds,
    factors: ReadonlyMap<string, Float32Array>,
  ): Promise<Record<string, Output>> {
    const { signal, cpuThreads } = this.#options;
    if (signal?.aborted)
      throw new FoveaError('cancelled', 'Stopped while looking at the layers', { next: 'Start it again' });
    const weights = placed(this.#source.weights, { maxBytes: PIECE_BYTES, held: [], observing: { factors } });
    const settings = { device: 'cpu', cpuThreads, unfolded: true } as const;
    const session = await Session.open(
      graph(modelGraphs({ config: this.#source.config, weights })),
      settings,
    );
    try {
      return await session.run(feeds);
    } finally {
      await session.release();
    }
  }
}

interface Tried {
  readonly factors: Float32Array;
  readonly errors: ReadonlyMap<string, number>;
}

const worst = (errors: ReadonlyMap<string, number>): number => Math.max(...errors.values());

/** JSON has no infinity. */
function finite<T extends number | null>(error: T): T {
  return (error === null ? null : Math.min(error, Number.MAX_VALUE)) as T;
}

function branchOf(model: ModelGraphs): Graph {
  const graph = model.rpnBranch();
  if (graph === null) throw new FoveaError('internal', 'the checkpoint has no RPN branch');
  return graph;
}

/** `[count, heads·headDim]` of a layer's queries, keys and values. */
async function attended(
  graphs: ModelGraphs,
  rows: Readonly<Record<string, Output>>,
  positions: Feeds,
  cpuThreads: number,
): Promise<Float32Array<ArrayBuffer>> {
  const graph = graphs.attention({ sequences: 'one', tapped: false });
  const session = await Session.open(graph, { device: 'cpu', cpuThreads });
  const feed = (name: string): Feed => [need(rows, name).data, need(rows, name).dims];
  try {
    const output = await session.run({ q: feed('q'), keys: feed('k'), values: feed('v'), ...positions });
    return new Float32Array(need(output, 'mixed').data);
  } finally {
    await session.release();
  }
}

async function embedded(graphs: ModelGraphs, ids: readonly number[]): Promise<Float32Array> {
  const session = await Session.open(graphs.embed(), { device: 'cpu', cpuThreads: 1 });
  try {
    return new Float32Array(need(await session.run({ ids: int64(...ids) }), 'embeds').data);
  } finally {
    await session.release();
  }
}
