/**
 * The graphs of a training step: the branch as the family's code builds it for inference, its weights made inputs, the
 * loss and the gradients behind it. A gradient leaves the graph already added to what came in as its sum so far, and
 * both are the same memory (see the README): nothing of the size of the weights exists beside the four arrays.
 */
import { GraphBuilder } from '../../graph/builder.ts';
import { gradients } from '../../graph/gradient/gradients.ts';
import { bceLoss, focalLoss, mseLoss } from '../../graph/gradient/losses.ts';
import { replay, weightsOf } from '../../graph/gradient/replay.ts';
import { resized } from '../../graph/gradient/resize.ts';
import type { Graph, Value } from '../../graph/types.ts';
import type { LossName } from './settings.ts';

const LOSSES = { bce: bceLoss, focal: focalLoss, mse: mseLoss } as const;

/** Rows of a product that the CPU's kernel keeps close by, 128 columns at a time: 1.4 MB. More take up to half as long again. */
const MOST_ROWS = 2816;

/** Rows from…to−1 of a weight whose gradients are added up as one; tall matrices come in several such pieces. */
export type Rows = readonly [from: number, to: number];

export function piecesOf([rows = 1, ...columns]: readonly number[]): Rows[] {
  const count = columns.length === 0 ? 1 : Math.ceil(rows / MOST_ROWS);
  const step = Math.ceil(rows / count);
  return Array.from({ length: count }, (_, i) => [i * step, Math.min(rows, (i + 1) * step)] as const);
}

/** Names of a piece of a weight's sum of gradients, going in and coming out. */
export const sumIn = (tensor: string, [from]: Rows): string => `sum of ${tensor} from ${from}`;
export const sumOut = (tensor: string, [from]: Rows): string => `next sum of ${tensor} from ${from}`;

/** A weight that training changes. */
export interface TrainedWeight {
  /** Its name in the checkpoint, which is that of the graphs' input. */
  readonly tensor: string;
  readonly shape: readonly number[];
}

/** What the scores depend on: of the last layer its norm, queries and keys; `twig_norm` where it is applied. */
export function trainedWeights(branch: Graph): TrainedWeight[] {
  return weightsOf(branch).map(({ tensor, value }) => ({ tensor, shape: value.shape.map(Number) }));
}

/** The branch with its weights as inputs; inputs and outputs as of the family's graph. */
function withInputs(b: GraphBuilder, branch: Graph): { built: Map<string, Value>; weights: Value[] } {
  const weights = weightsOf(branch).map(({ tensor, value }) => ({
    old: value.name,
    value: b.input(tensor, 'float32', value.shape),
  }));
  const built = replay(b, branch, { instead: new Map(weights.map(({ old, value }) => [old, value])) });
  return { built, weights: weights.map(({ value }) => value) };
}

/** Scores alone: `rpn` `[N, Q]`. */
export function forwardGraph(branch: Graph): Graph {
  const b = new GraphBuilder('rpn scores');
  const { built } = withInputs(b, branch);
  b.output('scores', built.get('rpn') as Value);
  return b.finish();
}

/**
 * Forward, loss and backward. Beside the branch's inputs: `labels` `[cells, 1]` (1, 0, −100), `weight` `[]`, what the
 * sample's loss is multiplied by; with `resize`, `cells` and `shares` (gradient/resize.ts). Outputs: `loss` `[]` before
 * its weight, and each weight's sum of gradients, in pieces.
 * @param branch with `rpn_map` where the loss is the MSE form
 * @param resize labels lie on another grid than the features
 */
export function trainingGraph(branch: Graph, loss: LossName, resize: boolean): Graph {
  const b = new GraphBuilder('training');
  const { built, weights } = withInputs(b, branch);
  const own = built.get(loss === 'mse' ? 'rpn_map' : 'rpn') as Value;
  const cells = resize ? 'L' : 'N';
  const scores = resize
    ? resized(b, own, b.input('cells', 'int64', ['L', 4]), b.input('shares', 'float32', ['L', 4]))
    : own;
  const mean = LOSSES[loss](b, scores, b.input('labels', 'float32', [cells, 'Q']));
  const weighted = b.binary('Mul', mean, b.input('weight', 'float32', []));
  gradients(b, weighted, weights).forEach((gradient, i) => {
    const { name, shape } = weights[i] as Value;
    const [, ...columns] = shape;
    const addedTo = adder(b, gradient);
    for (const piece of piecesOf(shape.map(Number))) {
      const sum = b.input(sumIn(name, piece), 'float32', [piece[1] - piece[0], ...columns]);
      b.output(sumOut(name, piece), addedTo(sum, piece));
    }
  });
  b.output('loss', mean);
  return b.finish();
}

/**
 * What makes `sum + gradient` of some rows. A product takes the sum along, so that the gradient alone is never in memory;
 * its first matrix, which lies the wrong way round, is turned before (`training` in device.ts says why).
 */
function adder(b: GraphBuilder, gradient: Value): (sum: Value, rows: Rows) => Value {
  const rowsOf = (value: Value, [from, to]: Rows): Value =>
    from === 0 && to === value.shape[0] ? value : b.slice(value, 0, from, to);
  const product = b.nodes.find(({ op, outputs }) => op === 'Gemm' && outputs[0] === gradient.name);
  if (product?.inputs.length !== 2) return (sum, rows) => b.binary('Add', sum, rowsOf(gradient, rows));
  const [x, w] = product.inputs.map((name) => b.value(name)) as [Value, Value];
  const { transA = 0, ...rest } = product.attributes;
  const upright = transA === 1 ? b.transpose(x, [1, 0]) : x;
  return (sum, rows) => b.emit('Gemm', [rowsOf(upright, rows), w, sum], rest);
}
