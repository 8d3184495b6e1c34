/**
 * Linear layers in pieces of whole rows, for devices whose buffers have a largest size. The output head of a large
 * vocabulary is the usual case: 152,064 rows of 3,584 are 2.2 GB of float32. A piece is a range of the same file, so
 * nothing is copied.
 */
import { GraphError } from './types.ts';
import type { FileRange, QuantisedRef, WeightRef } from './weights.ts';

/** Rows start…end−1 of a weight. */
export type Rows = readonly [start: number, end: number];

/** Bytes that one row takes where it is largest: float weights are float32 when they are multiplied. */
function rowBytes({ shape, ...ref }: WeightRef | QuantisedRef): number {
  if ('values' in ref) return ref.values.length / shape[0];
  return 4 * shape.slice(1).reduce((a, b) => a * b, 1);
}

/**
 * The rows in as few pieces as have at most `maxBytes` each, and of sizes that differ by one row at most.
 * @throws GraphError when a single row is larger.
 */
export function rowPieces(name: string, ref: WeightRef | QuantisedRef, maxBytes: number | null): Rows[] {
  const rows = ref.shape[0] ?? 1;
  if (maxBytes === null) return [[0, rows]];
  const perPiece = Math.floor(maxBytes / rowBytes(ref));
  if (perPiece < 1) throw new GraphError(`a row of ${name} takes more than ${maxBytes} bytes`);
  const count = Math.ceil(rows / perPiece);
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * rows) / count),
    Math.floor(((i + 1) * rows) / count),
  ]);
}

/** The bytes of some rows; every row takes the same number. */
function rangeOf({ file, offset, length }: FileRange, rows: number, [start, end]: Rows): FileRange {
  const each = length / rows;
  return { file, offset: offset + start * each, length: (end - start) * each };
}

/** Some rows of a float weight as a weight. */
export function rowsOf(ref: WeightRef, piece: Rows): WeightRef {
  const [rows = 1, ...rest] = ref.shape;
  return { ...ref, ...rangeOf(ref, rows, piece), shape: [piece[1] - piece[0], ...rest] };
}

/**
 * Some rows of a quantised weight as one.
 * @throws GraphError when a block of a table's indices lies in two rows, so that no row has bytes of its own.
 */
export function quantisedRowsOf<Ref extends QuantisedRef>(ref: Ref, piece: Rows): Ref {
  const [rows, k] = ref.shape;
  if (piece[1] - piece[0] === rows) return ref;
  if ('table' in ref && k % ref.block !== 0) throw new GraphError('rows share blocks');
  return {
    ...ref,
    shape: [piece[1] - piece[0], k],
    values: rangeOf(ref.values, rows, piece),
    scales: rangeOf(ref.scales, rows, piece),
    ...('zeros' in ref && ref.zeros ? { zeros: rangeOf(ref.zeros, rows, piece) } : {}),
  };
}
