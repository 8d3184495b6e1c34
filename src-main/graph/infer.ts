/** One node against the op table: arity, attributes, then types. Builder and verifier share it. */
import { OPS } from './ops/index.ts';
import type { AttributeSpec } from './ops/spec.ts';
import { OpError } from './ops/spec.ts';
import type { AttributeValue, ValueType } from './dtypes.ts';
import type { Initializer, Node } from './types.ts';

/** What inference needs to know about a node's inputs. */
export interface Scope {
  type(name: string): ValueType | undefined;
  constant(name: string): Initializer | undefined;
}

function attributeFits(spec: AttributeSpec, value: AttributeValue): boolean {
  switch (spec.kind) {
    case 'int':
      return Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'ints':
      return Array.isArray(value) && value.every(Number.isInteger);
  }
}

/**
 * Types of a node's outputs.
 * @throws OpError naming the op and its first output when arity, attributes, dtypes or shapes do not fit the table.
 */
export function inferNode(node: Node, scope: Scope): readonly ValueType[] {
  const fail = (what: string): never => {
    throw new OpError(`${node.op} → ${node.outputs[0] ?? '?'}: ${what}`);
  };
  const spec = Object.hasOwn(OPS, node.op) ? OPS[node.op] : fail('is not in the op table');
  const [min, max] = spec.inputs;
  if (node.inputs.length < min || node.inputs.length > max) {
    fail(`takes ${min === max ? min : `${min} to ${max}`} inputs, has ${node.inputs.length}`);
  }
  for (const [name, value] of Object.entries(node.attributes)) {
    const attribute = spec.attributes[name] ?? fail(`knows no attribute ${name}`);
    if (!attributeFits(attribute, value)) fail(`attribute ${name} must be ${attribute.kind}`);
  }
  for (const [name, attribute] of Object.entries(spec.attributes)) {
    if (attribute.required && !(name in node.attributes)) fail(`lacks attribute ${name}`);
  }
  const inputs = node.inputs.map(
    (name) => scope.type(name) ?? fail(`input ${name} does not exist before it`),
  );
  try {
    const types = spec.infer({
      inputs,
      attributes: node.attributes,
      symbol: node.symbol,
      constant(i) {
        const data = scope.constant(node.inputs[i] ?? '')?.data;
        if (data === undefined || !('inline' in data) || !(data.inline instanceof BigInt64Array))
          return undefined;
        return Array.from(data.inline, Number);
      },
    });
    return types.map(({ dtype, shape, lengths }) => ({ dtype, shape, ...(lengths ? { lengths } : {}) }));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
