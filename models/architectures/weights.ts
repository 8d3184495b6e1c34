/** Fetches checkpoint tensors into a graph by name, with the shape the architecture expects. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { QuantisedRef, WeightRef, WeightSource } from '../../src-main/graph/weights.ts';

/** Makes weights of one graph. `shape` is the stored one, `as` another view of the same elements. */
export type WeightOf = (name: string, shape: readonly number[], as?: readonly number[]) => Value;

/**
 * Quantised weights where the source has them: those fit linear layers only.
 * @throws FoveaError `missing_tensor` (from the returned function) when a tensor is absent or has another shape.
 */
export function weightsInto(builder: GraphBuilder, source: WeightSource): WeightOf {
  return (name, shape, as = shape) => {
    const quantised = source.quantised?.(name);
    if (quantised) return builder.quantised(name, checked(name, quantised, shape, quantised.values.file));
    const ref = source.get(name);
    return builder.weight(name, checked(name, ref, shape, ref?.file), as);
  };
}

/** A table of which a graph looks up rows, float32 `[S, d]` of `ids` `[S]`; only those rows leave their stored dtype. */
export function lookUp(
  builder: GraphBuilder,
  source: WeightSource,
  name: string,
  shape: readonly number[],
  ids: Value,
): Value {
  const ref = source.get(name);
  const table = builder.stored(name, checked(name, ref, shape, ref?.file), shape);
  const rows = builder.gather(table, ids);
  return rows.dtype === 'float32' ? rows : builder.cast(rows, 'float32');
}

function checked<Ref extends WeightRef | QuantisedRef>(
  name: string,
  ref: Ref | undefined,
  shape: readonly number[],
  file: string | undefined,
): Ref {
  if (ref === undefined) {
    throw new FoveaError('missing_tensor', `the checkpoint has no tensor ${name}`, {
      next: 'Check that every shard of the checkpoint is there',
    });
  }
  if (ref.shape.join() !== shape.join()) {
    throw new FoveaError(
      'missing_tensor',
      `tensor ${name} has shape [${ref.shape.join(', ')}] where config.json needs [${shape.join(', ')}]`,
      { where: file ?? null, next: 'Check that config.json belongs to these weights' },
    );
  }
  return ref;
}

/** `x · weightᵀ + bias` of the layer `name`. */
export function affine(b: GraphBuilder, weight: WeightOf, name: string, x: Value, out: number): Value {
  const width = Number(x.shape.at(-1));
  return b.linear(x, weight(`${name}.weight`, [out, width]), weight(`${name}.bias`, [out]));
}
