/**
 * Reverse-mode differentiation of what a builder holds: from the loss back along the nodes, each op's rule once, adjoints
 * of values that are used twice added up. Only what lies between the wanted values and the loss is looked at.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import { sameShape, showShape } from '../dims.ts';
import { REAL } from '../ops/spec.ts';
import type { Node, Value } from '../types.ts';
import { GraphError } from '../types.ts';
import { RULES } from './rules/index.ts';

const isReal = ({ dtype }: Value): boolean => REAL.some((real) => real === dtype);

/** Names of the values that change with a wanted one; integers and conditions do not, in any sense that has a slope. */
function moving(b: GraphBuilder, nodes: readonly Node[], wanted: readonly Value[]): Set<string> {
  const names = new Set(wanted.map(({ name }) => name));
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((name) => names.has(name))) continue;
    for (const name of outputs) if (isReal(b.value(name))) names.add(name);
  }
  return names;
}

/**
 * The derivatives of `loss` by each of `wanted`, in their order and shapes, as values of the same graph.
 * @param loss a scalar, shape `[]`
 * @param wanted real values of the graph: inputs, weights, or anything computed
 * @throws FoveaError `internal` when an op on the way has no rule (naming it), or the loss does not depend on a wanted value.
 */
export function gradients(b: GraphBuilder, loss: Value, wanted: readonly Value[]): Value[] {
  if (loss.shape.length > 0) throw new GraphError(`a loss is a scalar, not ${showShape(loss.shape)}`);
  const nodes = [...b.nodes];
  const live = moving(b, nodes, wanted);
  const adjoints = new Map<string, Value>([[loss.name, b.number(loss, 1)]]);
  for (const node of nodes.toReversed()) {
    const [output = ''] = node.outputs;
    const dy = adjoints.get(output);
    if (dy === undefined || !live.has(output)) continue;
    spread(b, node, dy, live, adjoints);
  }
  return wanted.map(({ name }) => {
    const adjoint = live.has(loss.name) ? adjoints.get(name) : undefined;
    if (adjoint) return adjoint;
    throw new FoveaError('internal', `the loss does not depend on ${name}`, { where: name });
  });
}

/** Adds one node's adjoints to those of its inputs. */
function spread(
  b: GraphBuilder,
  node: Node,
  dy: Value,
  live: ReadonlySet<string>,
  adjoints: Map<string, Value>,
): void {
  const rule = RULES[node.op];
  if (rule === undefined) {
    throw new FoveaError('internal', `there is no gradient rule for ${node.op}`, {
      where: node.outputs[0] ?? null,
      next: 'Add one to src-main/graph/gradient/rules, or keep the op out of what is trained',
    });
  }
  const inputs = node.inputs.map((name) => b.value(name));
  const parts = rule({ b, node, inputs, y: b.value(node.outputs[0] ?? ''), dy });
  inputs.forEach((input, i) => {
    if (!live.has(input.name)) return;
    const part = parts[i]?.();
    if (part === undefined) return;
    if (!sameShape(part.shape, input.shape) || part.dtype !== input.dtype) {
      throw new GraphError(
        `the rule of ${node.op} gives ${part.dtype} ${showShape(part.shape)} for input ${i}, ` +
          `which is ${input.dtype} ${showShape(input.shape)}`,
      );
    }
    const known = adjoints.get(input.name);
    adjoints.set(input.name, known ? b.binary('Add', known, part) : part);
  });
}
