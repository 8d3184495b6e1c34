/**
 * What a gradient rule is: for one node, the product of its output's adjoint with the derivative by each input, as nodes
 * of the same graph (reverse mode; Griewank and Walther, Evaluating Derivatives, chapter 3).
 */
import type { GraphBuilder } from '../builder.ts';
import type { Node, Value } from '../types.ts';

export interface RuleContext {
  readonly b: GraphBuilder;
  readonly node: Node;
  /** The node's inputs and its output, as computed by the forward nodes. */
  readonly inputs: readonly Value[];
  readonly y: Value;
  /** The adjoint of `y`: the loss's derivative by each of its elements, in its shape. */
  readonly dy: Value;
}

/**
 * Adjoints of the node's inputs, in their shapes: one maker per input, called only where something wanted lies behind that
 * input; null for one that has no derivative (indices, shapes, conditions).
 */
export type Adjoints = readonly ((() => Value) | null)[];

export type GradientRule = (context: RuleContext) => Adjoints;

/** The i-th input, which the op table says is there. */
export function inputOf({ inputs }: RuleContext, i: number): Value {
  const value = inputs[i];
  if (value === undefined) throw new RangeError(`a rule reads input ${i} of ${inputs.length}`);
  return value;
}

/** An integer attribute. */
export function intOf({ node }: RuleContext, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}
