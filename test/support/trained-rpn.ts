/** Small RPN branches by the app's own graph code, with every weight an input, a loss behind them and its gradients. */
import { mropePositions, mropeTables } from '../../models/architectures/mrope.ts';
import { ropeTables } from '../../models/architectures/rope.ts';
import { rpnGraph } from '../../models/architectures/rpn-branch.ts';
import type { RpnConfig } from '../../models/architectures/rpn-branch.ts';
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { gradients } from '../../src-main/graph/gradient/gradients.ts';
import { bceLoss, focalLoss, mseLoss } from '../../src-main/graph/gradient/losses.ts';
import { replay, weightsOf } from '../../src-main/graph/gradient/replay.ts';
import { bilinearCorners, resized } from '../../src-main/graph/gradient/resize.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { WeightRef, WeightSource } from '../../src-main/graph/weights.ts';
import type { Device } from '../../src-main/runtime/device.ts';
import type { Feed, Output } from '../../src-main/runtime/session.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { doubles } from './gradient-check.ts';
import { size } from './nd.ts';
import { maxDifference, seeded } from './numbers.ts';

const TEXT = {
  layers: 6,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  maxPositions: 64,
  vocabSize: 8,
  tieWordEmbeddings: false,
};
/** A prompt of ten tokens: two of text, a picture of 2×3 cells, two of text. */
const PROMPT = { tokens: 10, start: 2, grid: [2, 3] } as const;
const LABEL_GRID = [3, 4] as const;

export interface Branch {
  readonly text: TextConfig;
  readonly rpn: RpnConfig;
  readonly tables: { readonly cos: Float32Array; readonly sin: Float32Array };
}

const LLAVA: Branch = {
  text: { ...TEXT, hiddenSize: 8, intermediateSize: 12, heads: 2, kvHeads: 2, headDim: 4 },
  rpn: { k: 3, t: 3, norm: true, multiHead: true },
  tables: ropeTables(0, PROMPT.tokens, 4, TEXT.ropeTheta),
};

const SECTION = [1, 1, 2] as const;
const QWEN: Branch = {
  text: {
    ...TEXT,
    hiddenSize: 12,
    intermediateSize: 10,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    qkvBias: true,
    mropeSection: SECTION,
  },
  rpn: { k: 3, t: 3, norm: false, multiHead: true, rotary: true, softmaxed: true },
  tables: mropeTables(
    mropePositions(0, [{ count: 2 }, { count: 6, grid: PROMPT.grid }, { count: 2 }]).axes,
    8,
    TEXT.ropeTheta,
    SECTION,
  ),
};

/** A checkpoint's weights by name and shape; there is no file, because all of them become inputs. */
function source({
  hiddenSize: d,
  intermediateSize: m,
  heads: H,
  kvHeads: G,
  headDim: c,
}: TextConfig): WeightSource {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    'q_proj.weight': [H * c, d],
    'k_proj.weight': [G * c, d],
    'v_proj.weight': [G * c, d],
    'o_proj.weight': [d, H * c],
    'q_proj.bias': [H * c],
    'k_proj.bias': [G * c],
    'v_proj.bias': [G * c],
    'gate_proj.weight': [m, d],
    'up_proj.weight': [m, d],
    'down_proj.weight': [d, m],
  };
  return {
    get(name): WeightRef {
      const shape = shapes[name.split('.').slice(-2).join('.')] ?? [d];
      return { dtype: 'F32', file: '/weights', offset: 0, length: 4 * size(shape), shape };
    },
    names: () => [],
  };
}

export interface Trained {
  readonly b: GraphBuilder;
  readonly loss: Value;
  readonly wanted: readonly Value[];
  readonly feeds: Record<string, Feed>;
}

/** What a loss is made of: the branch's outputs, and the labels of its own grid or of another. */
export interface Outputs {
  readonly scores: Value;
  readonly map: Value | undefined;
  labels(cells: number): Value;
  resize(scores: Value): Value;
}
export type LossOf = (b: GraphBuilder, outputs: Outputs) => Value;

/** One case as a graph that is not finished, with values for its inputs; the last wanted ones are the weights. */
export function trained(branch: Branch, lossOf: LossOf, real: 'float32' | 'float64'): Trained {
  const { text, rpn, tables } = branch;
  const graph = rpnGraph(text, rpn, source(text), {
    layers: 'model.twig_layers',
    norm: 'model.twig_norm.weight',
  });
  const b = new GraphBuilder('training');
  const random = seeded(13);
  const feeds: Record<string, Feed> = {};
  const array = (data: ArrayLike<number>) =>
    real === 'float64' ? Float64Array.from(data) : Float32Array.from(data);
  const fed = (
    name: string,
    data: ArrayLike<number>,
    dims: readonly number[],
    shape = dims as Value['shape'],
  ): Value => {
    feeds[name] = [array(data), dims];
    return b.input(name, real, shape);
  };
  const weights = weightsOf(graph).map(({ tensor, value }) => {
    const shape = value.shape.map(Number);
    // Norms lie about 1; matrices are large enough for softmaxes that are far from even.
    const data = doubles(size(shape), random, 0.6).map((x) => (tensor.includes('norm') ? 1 + x : x));
    return [value.name, fed(tensor, data, shape)] as const;
  });
  const built = replay(b, graph, { real, instead: new Map(weights) });

  const count = PROMPT.tokens;
  const places = Array.from({ length: count }, (_, i) => i);
  feeds['hidden'] = [array(doubles(count * text.hiddenSize, random)), [count, text.hiddenSize]];
  for (const name of ['cos', 'sin'] as const) feeds[name] = [array(tables[name]), [count, text.headDim]];
  feeds['positions'] = [array(places), [count, 1]];
  feeds['key_positions'] = [array(places), [1, count]];
  const bounds = { keys: [PROMPT.start, PROMPT.start + 6], queries: [count - 1, count] };
  for (const [name, [start, end]] of Object.entries(bounds)) {
    feeds[`${name}_start`] = [BigInt64Array.of(BigInt(start!)), [1]];
    feeds[`${name}_end`] = [BigInt64Array.of(BigInt(end!)), [1]];
  }
  const loss = lossOf(b, {
    scores: built.get('rpn')!,
    map: built.get('rpn_map'),
    labels: (cells) => {
      const data = Array.from({ length: cells }, (_, i) => [1, 0, -100, 0, 1][i % 5]!);
      return fed('labels', data, [cells, 1], cells === 6 ? ['N', 'Q'] : ['L', 'Q']);
    },
    resize: (scores) => {
      const { cells, shares } = bilinearCorners(PROMPT.grid, LABEL_GRID);
      feeds['cells'] = [cells, [12, 4]];
      return resized(
        b,
        scores,
        b.input('cells', 'int64', ['L', 4]),
        fed('shares', shares, [12, 4], ['L', 4]),
      );
    },
  });
  return { b, loss, wanted: [b.value('hidden'), ...weights.map(([, value]) => value)], feeds };
}

const own: LossOf = (b, { scores, labels }) => bceLoss(b, scores, labels(6));
const focal: LossOf = (b, { scores, labels }) => focalLoss(b, scores, labels(6));
const elsewhere: LossOf = (b, { scores, labels, resize }) => bceLoss(b, resize(scores), labels(12));
const mapped: LossOf = (b, { map, labels, resize }) => mseLoss(b, resize(map!), labels(12));

/** What is differentiated: a name, a branch and its loss. */
export const CASES: readonly [string, Branch, LossOf][] = [
  ['a LLaVA-shaped branch (twig_norm, no rotary scores), cross-entropy', LLAVA, own],
  ['a LLaVA-shaped branch, focal loss', LLAVA, focal],
  ['a Qwen-shaped branch (shared keys, biases, M-RoPE), cross-entropy', QWEN, own],
  ['a Qwen-shaped branch, scores resized to the label grid', QWEN, elsewhere],
  ['a Qwen-shaped branch, the MSE form on the softmaxed map, resized', QWEN, mapped],
];

/** The loss and the gradient by each wanted value, `gradient` and its name. */
export async function runGradients(
  { b, loss, wanted, feeds }: Trained,
  device: Device = 'cpu',
): Promise<Record<string, Output>> {
  gradients(b, loss, wanted).forEach((gradient, i) =>
    b.output(`gradient ${wanted[i]?.name ?? ''}`, gradient),
  );
  b.output('loss', loss);
  const session = await Session.open(b.finish(), { device, cpuThreads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** The largest difference of any output, relative to that output's largest number. */
export function largestDifference(
  actual: Readonly<Record<string, Output>>,
  expected: Readonly<Record<string, Output>>,
): number {
  return Math.max(
    ...Object.entries(expected).map(([name, { data }]) => {
      const scale = Math.max(...[...data].map(Math.abs));
      return maxDifference(actual[name]?.data ?? [], data) / scale;
    }),
  );
}
