/** Products with weights in blocks, by ONNX Runtime's own ops for them. */
import type { Emitter } from './emitter.ts';
import type { Value } from './types.ts';
import type { BlockRef, TableRef } from './weights.ts';

/** MatMulNBits' accuracy_level: int8 products are the fast ones on every CPU. */
const ACCURACY = { int8: 4, float32: 0 } as const;
/** MatMulBnb4's quant_type. */
const TABLE = { fp4: 0, nf4: 1 } as const;

/** x `[M, K]` · weightsᵀ → `[M, N]`. @param name of the weights, for the arrays that they are made of */
export function blockProduct(
  b: Emitter,
  x: Value,
  name: string,
  { shape: [N, K], bits, block, values, scales, zeros, order, products }: BlockRef,
): Value {
  const blocks = Math.ceil(K / block);
  const inputs = [
    order ? b.gather(x, b.part(name, 'order', 'int64', [K], order), 1) : x,
    b.part(name, 'values', 'uint8', [N, blocks, (block * bits) / 8], values),
    b.part(name, 'scales', 'float32', [N * blocks], scales),
    ...(zeros ? [b.part(name, 'zeros', 'uint8', [N, Math.ceil((blocks * bits) / 8)], zeros)] : []),
  ];
  const attributes = { K, N, bits, block_size: block, accuracy_level: ACCURACY[products] };
  return b.emit('MatMulNBits', inputs, attributes);
}

/** The same of indices into a table. */
export function tableProduct(
  b: Emitter,
  x: Value,
  name: string,
  { shape: [N, K], table, block, values, scales }: TableRef,
): Value {
  const packed = b.part(name, 'values', 'uint8', [Math.ceil((N * K) / 2)], values);
  const scale = b.part(name, 'scales', 'float32', [Math.ceil((N * K) / block)], scales);
  const attributes = { K, N, block_size: block, quant_type: TABLE[table] };
  return b.emit('MatMulBnb4', [x, packed, scale], attributes);
}
