/** Nodes of a parsed chat template and values at run time, as far as they are touched, and the nodes that are put in. */
import { differs } from './error.ts';

/** A node of the library's tree; which parts are there depends on `type`. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly operator?: { readonly value: string };
  readonly computed?: boolean;
  readonly operand?: Node;
  readonly filter?: Node;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly test?: Node;
  readonly key?: Node;
  readonly left?: Node;
  readonly right?: Node;
  readonly loopvar?: Node;
  readonly expression?: Node;
  readonly args?: readonly Node[];
  readonly body?: readonly Node[];
  readonly alternate?: readonly Node[];
  readonly defaultBlock?: readonly Node[];
  readonly held?: Value;
  readonly keep?: readonly string[];
}

/** A value of the library. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

/** A node that is a value already, so that what was looked at is not evaluated again. */
export function held(value: Value): Node {
  return { type: 'FoveaHeld', held: value };
}

const STATEMENTS = new Set([
  ...[
    'Program',
    'If',
    'For',
    'Set',
    'Macro',
    'Comment',
    'Break',
    'Continue',
    'CallStatement',
    'FilterStatement',
  ],
]);
/** Names that a round of a loop begins with, besides its own variables. */
const BUILT_IN = ['namespace', 'loop'];

/**
 * The same tree with a node around every expression that is printed, and one at the beginning of every loop's body that
 * forgets what the round before has set.
 */
export function withPrints(node: Node): Node {
  const block = (list: readonly Node[] | undefined): Node[] =>
    (list ?? []).map((one) =>
      STATEMENTS.has(one.type) ? withPrints(one) : { type: 'FoveaPrint', expression: one },
    );
  const inner = {
    ...node,
    ...(node.body ? { body: block(node.body) } : {}),
    ...(node.alternate ? { alternate: block(node.alternate) } : {}),
    ...(node.defaultBlock ? { defaultBlock: block(node.defaultBlock) } : {}),
  };
  if (node.type !== 'For') return inner;
  if (inner.defaultBlock?.length && leaves(node.body)) differs('a loop with else that is left early');
  const fresh = { type: 'FoveaFresh', keep: [...BUILT_IN, ...names(node.loopvar)] };
  return { ...inner, body: [fresh, ...(inner.body ?? [])] };
}

/** Whether a loop's own `break` or `continue` is among these. */
function leaves(list: readonly Node[] | undefined): boolean {
  return (list ?? []).some(
    ({ type, body, alternate }) =>
      type === 'Break' || type === 'Continue' || (type === 'If' && (leaves(body) || leaves(alternate))),
  );
}

function names(target: Node | undefined): string[] {
  if (target?.type === 'TupleLiteral') return (target.value as Node[]).flatMap(names);
  return [String(target?.value)];
}
