/** Rules of the ops that work on each element by itself; broadcast inputs get the sum over their copies. */
import type { Value } from '../../types.ts';
import type { GradientRule, RuleContext } from '../rule.ts';
import { inputOf } from '../rule.ts';
import { unbroadcast } from '../unbroadcast.ts';

/** Two inputs that broadcast: what each element's adjoint is, before copies are added up. */
function broadcasting(
  left: (context: RuleContext, a: Value, c: Value) => Value,
  right: (context: RuleContext, a: Value, c: Value) => Value,
): GradientRule {
  return (context) => {
    const [a, c] = [inputOf(context, 0), inputOf(context, 1)];
    return [
      () => unbroadcast(context.b, left(context, a, c), a),
      () => unbroadcast(context.b, right(context, a, c), c),
    ];
  };
}

const unary =
  (adjoint: (context: RuleContext, x: Value) => Value): GradientRule =>
  (context) => [() => adjoint(context, inputOf(context, 0))];

export const ELEMENTWISE_RULES = {
  Add: broadcasting(
    ({ dy }) => dy,
    ({ dy }) => dy,
  ),
  Sub: broadcasting(
    ({ dy }) => dy,
    ({ b, dy }) => b.unary('Neg', dy),
  ),
  Mul: broadcasting(
    ({ b, dy }, _, c) => b.binary('Mul', dy, c),
    ({ b, dy }, a) => b.binary('Mul', dy, a),
  ),
  // y = a/c: ∂y/∂a = 1/c, ∂y/∂c = −y/c.
  Div: broadcasting(
    ({ b, dy }, _, c) => b.binary('Div', dy, c),
    ({ b, dy, y }, _, c) => b.unary('Neg', b.binary('Div', b.binary('Mul', dy, y), c)),
  ),
  // y = a^c: ∂y/∂a = c·a^(c−1), ∂y/∂c = y·ln a (for a > 0).
  Pow: broadcasting(
    ({ b, dy }, a, c) =>
      b.binary('Mul', dy, b.binary('Mul', c, b.binary('Pow', a, b.binary('Sub', c, b.number(c, 1))))),
    ({ b, dy, y }, a) => b.binary('Mul', dy, b.binary('Mul', y, b.unary('Log', a))),
  ),
  Neg: unary(({ b, dy }) => b.unary('Neg', dy)),
  // y = σ(x): y·(1−y).
  Sigmoid: unary(({ b, dy, y }) =>
    b.binary('Mul', dy, b.binary('Mul', y, b.binary('Sub', b.number(y, 1), y))),
  ),
  // y = √x: 1/(2y).
  Sqrt: unary(({ b, dy, y }) => b.binary('Div', b.binary('Mul', dy, b.number(y, 0.5)), y)),
  Exp: unary(({ b, dy, y }) => b.binary('Mul', dy, y)),
  Log: unary(({ b, dy }, x) => b.binary('Div', dy, x)),
  // y = 1/x: −y².
  Reciprocal: unary(({ b, dy, y }) => b.unary('Neg', b.binary('Mul', dy, b.binary('Mul', y, y)))),
  Where: (context) => {
    const { b, dy } = context;
    const [condition, yes, no] = [inputOf(context, 0), inputOf(context, 1), inputOf(context, 2)];
    const zero = b.number(dy, 0);
    return [
      null,
      () => unbroadcast(b, b.where(condition, dy, zero), yes),
      () => unbroadcast(b, b.where(condition, zero, dy), no),
    ];
  },
  // Between real types only: what comes from integers is no function of anything wanted.
  Cast: unary(({ b, dy }, x) => b.cast(dy, x.dtype)),
} as const satisfies Record<string, GradientRule>;
