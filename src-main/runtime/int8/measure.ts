/**
 * How the linear layers of a checkpoint bear products of whole numbers: the model as it is stored runs once over a prompt, part
 * by part, and beside it as it would be chosen. Each layer's outputs are compared with what rounding would make of them; what the
 * layers before have made of a part's inputs is in it too. Where attention, logits or RPN would come out further off than
 * allowed, the layers of that part which are off most get wider (choose.ts). One part's weights are in use at a time.
 */
import type { GraphSource, ModelGraphs } from '../../../models/architectures/index.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { mropePositions } from '../../../models/architectures/mrope.ts';
import type { PromptIds } from '../../checkpoint/prompt.ts';
import type { Measured } from '../../checkpoint/quantised/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { Graph } from '../../graph/types.ts';
import { need } from '../outputs.ts';
import { branchFeeds, int64, positionFeeds } from '../feeds.ts';
import { Session } from '../session.ts';
import { ALLOWED, allowedAfter } from './choose.ts';
import { labelLoss, rowDrift } from './drift.ts';
import type { Both, Feeds, Limit, Outputs, PartOptions } from './part.ts';
import { Parts } from './part.ts';
import { samplePixels } from './sample.ts';

/** Of pictures that have grids of their own. */
const GRID: Grid = [16, 16];
/** Rows of the last layer that the head is measured on. */
const HEAD_ROWS = 64;
/** Last rows whose attention to the picture is compared: where an answer begins. */
const ASKING_ROWS = 8;

export interface MeasureOptions extends PartOptions {
  readonly prompt: PromptIds;
}

type Rows = Float32Array<ArrayBuffer>;

/** @throws FoveaError `cancelled`, `missing_tensor`, `out_of_memory` */
export async function measureLayers(source: GraphSource, options: MeasureOptions): Promise<Measured> {
  const graphs = modelGraphs(source);
  const { layers, hiddenSize: d, rpn } = graphs;
  const parts = new Parts(source, options, layers + (rpn ? 4 : 3));

  const grid = graphs.dynamicGrid ? GRID : graphs.grid;
  const pixels = graphs.visionFeeds(samplePixels(graphs.pixelCount(grid)), grid);
  const vision = await parts.look((model) => model.vision(), same(pixels), {
    most: ALLOWED.features,
    drift: rowsOff('features', d),
  });
  const { before, after } = options.prompt;
  const text = await embedded(graphs, [...before, ...after]);
  const start = before.length * d;
  let x = both(vision, (outputs) => {
    const picture = need(outputs, 'features').data;
    const rows = new Float32Array(text.length + picture.length);
    rows.set(text.subarray(0, start));
    rows.set(picture, start);
    rows.set(text.subarray(start), start + picture.length);
    return rows;
  });
  const count = x.exact.length / d;
  const visual = [before.length, count - after.length] as const;
  const spans = [{ count: before.length }, { count: visual[1] - visual[0], grid }, { count: after.length }];
  const positions = positionFeeds(graphs, 0, count, graphs.mropeSection ? mropePositions(0, spans) : null);
  const row = { ask_from: int64(0), keep_from: int64(0) };
  const attention = await Attention.open(graphs, { positions, visual, count }, options.cpuThreads);
  try {
    let mixed = same<Rows>(new Float32Array(0));
    for (let i = 0; i <= layers; i++) {
      const feeds = paired(x, mixed, (embeds, own): Feeds => ({
        embeds: [embeds, [count, d]],
        mixed: [own, [count, own.length / count]],
        ...positions,
        ...row,
      }));
      const last = i === layers;
      const most = last ? ALLOWED.logits : allowedAfter(i, layers);
      const drift = last ? rowsOff('hidden', d) : (outputs: Both<Outputs>) => attention.used(outputs);
      const output = await parts.look((model) => model.between(i), feeds, { most, drift });
      if (i > 0) x = both(output, (outputs) => new Float32Array(need(outputs, 'hidden').data));
      if (i === rpn?.k) {
        const asked = [count - 1, count] as const;
        const branch = paired(x, x, (rows) => branchFeeds(graphs, rows, asked, visual, grid));
        await parts.look(branchOf, branch, { most: ALLOWED.scores, drift: scoresOff });
      }
      if (!last) mixed = await attention.mixed(output);
    }
  } finally {
    await attention.release();
  }
  const heads = paired(x, x, (rows): Feeds => {
    const last = rows.subarray(Math.max(0, count - HEAD_ROWS) * d);
    return { hidden: [last, [last.length / d, d]] };
  });
  await parts.look((model) => model.head(), heads, {
    most: ALLOWED.logits,
    drift: rowsOff('logits', graphs.vocabSize, true),
  });
  return { layers: parts.layers, factors: parts.factors };
}

const same = <T>(one: T): Both<T> => ({ exact: one, near: one });

/** Of both streams; where they are one, so is what is made of it. */
function both<T extends object, U>({ exact, near }: Both<T>, make: (one: T) => U): Both<U> {
  const made = make(exact);
  return { exact: made, near: near === exact ? made : make(near) };
}

function paired<T extends object, S extends object, U>(
  a: Both<T>,
  b: Both<S>,
  make: (one: T, other: S) => U,
): Both<U> {
  const made = make(a.exact, b.exact);
  const isOne = a.near === a.exact && b.near === b.exact;
  return { exact: made, near: isOne ? made : make(a.near, b.near) };
}

const rowsOff =
  (name: string, width: number, centred = false): Limit['drift'] =>
  ({ exact, near }) =>
    Promise.resolve(rowDrift(need(exact, name).data, need(near, name).data, width, { centred }));

/** The RPN's scores `[N, 1]` as one row. */
const scoresOff: Limit['drift'] = ({ exact, near }) => {
  const scores = need(exact, 'rpn').data;
  return Promise.resolve(rowDrift(scores, need(near, 'rpn').data, scores.length, { centred: true }));
};

function branchOf(model: ModelGraphs): Graph {
  const graph = model.rpnBranch();
  if (graph === null) throw new FoveaError('internal', 'the checkpoint has no RPN branch');
  return graph;
}

interface Sizes {
  readonly mixed: number;
  readonly heads: number;
  readonly visual: number;
}

/** The attention of any layer, run with the queries, keys and values of both streams. */
class Attention {
  readonly #session: Session;
  readonly #feeds: Feeds;
  /** Numbers in a row of what it gives, heads, and numbers in a row of attention to the picture. */
  readonly #sizes: Sizes;
  /** What it gave of outputs that were asked about before. */
  readonly #known = new WeakMap<Outputs, Outputs>();

  private constructor(session: Session, feeds: Feeds, sizes: Sizes) {
    this.#session = session;
    this.#feeds = feeds;
    this.#sizes = sizes;
  }

  static async open(
    graphs: ModelGraphs,
    {
      positions,
      visual,
      count,
    }: { readonly positions: Feeds; readonly visual: readonly [number, number]; readonly count: number },
    cpuThreads: number,
  ): Promise<Attention> {
    const session = await Session.open(graphs.attention({ sequences: 'one', tapped: true }), {
      device: 'cpu',
      cpuThreads,
    });
    const taps = {
      tap_heads: int64(...Array.from({ length: graphs.heads }, (_, head) => head)),
      tap_rows_start: int64(Math.max(visual[1], count - ASKING_ROWS)),
      tap_rows_end: int64(count),
      tap_keys_start: int64(visual[0]),
      tap_keys_end: int64(visual[1]),
    };
    const { heads, headDim } = graphs;
    const sizes = { mixed: heads * headDim, heads, visual: visual[1] - visual[0] };
    return new Attention(session, { ...positions, ...taps }, sizes);
  }

  /** The larger share of what is allowed: of the labels that attention makes, and of what it gathers. */
  async used(outputs: Both<Outputs>): Promise<number> {
    const { mixed, heads, visual } = this.#sizes;
    const [exact, near] = [await this.#run(outputs.exact), await this.#run(outputs.near)];
    const [mapA, mapB] = [need(exact, 'tap').data, need(near, 'tap').data];
    const labels = labelLoss(mapA, mapB, { heads, cells: visual });
    const gathered = rowDrift(need(exact, 'mixed').data, need(near, 'mixed').data, mixed);
    return Math.max(labels / ALLOWED.labels, gathered / ALLOWED.gathered);
  }

  /** `[count, heads·headDim]` of both. */
  async mixed(outputs: Both<Outputs>): Promise<Both<Rows>> {
    const gathered = { exact: await this.#run(outputs.exact), near: await this.#run(outputs.near) };
    return both(gathered, (one) => new Float32Array(need(one, 'mixed').data));
  }

  async #run(rows: Outputs): Promise<Outputs> {
    const known = this.#known.get(rows);
    if (known) return known;
    const feed = (name: string) => [need(rows, name).data, need(rows, name).dims] as const;
    const given = { q: feed('q'), keys: feed('k'), values: feed('v'), ...this.#feeds };
    const found = await this.#session.run(given);
    this.#known.set(rows, found);
    return found;
  }

  release(): Promise<void> {
    return this.#session.release();
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
