/** Packed linear layers as they lie in a checkpoint's files; `shape` is that of the weights they stand for. */
import type { UnknownKey } from '../keys/check.ts';
import type { TensorEntry } from '../files/safetensors.ts';

/**
 * bitsandbytes: 4-bit indices into a table, the earlier element in the high half of its byte, blocks through the whole
 * matrix row after row; element = `table[index] · scale of its block`.
 */
export interface TableTensor {
  readonly kind: 'table';
  readonly shape: readonly [n: number, k: number];
  readonly table: 'fp4' | 'nf4';
  /** Elements per scale. */
  readonly block: number;
  readonly values: TensorEntry;
  /** Scales float32, or uint8 when they are packed themselves (`nested`). */
  readonly absmax: TensorEntry;
  readonly nested: NestedScales | null;
}

/** Scales as indices into a table of 256: scale = `map[index] · absmax of its block + offset`, in float32. */
export interface NestedScales {
  readonly absmax: TensorEntry;
  readonly map: TensorEntry;
  /** Scales per absmax. */
  readonly block: number;
  readonly offset: number;
}

/**
 * AWQ and GPTQ: 4-bit numbers in int32 words, groups of inputs that share a scale and a zero point;
 * element = `(number − zero point) · scale`. GPTQ's words hold 8 inputs of one output, AWQ's 8 outputs of one input.
 */
export interface GroupTensor {
  readonly kind: 'awq' | 'gptq';
  readonly shape: readonly [n: number, k: number];
  /** Inputs of a group. */
  readonly group: number;
  /** int32 `[K/8, N]` (GPTQ) or `[K, N/8]` (AWQ). */
  readonly qweight: TensorEntry;
  /** int32 `[groups, N/8]`. */
  readonly qzeros: TensorEntry;
  /** `[groups, N]`, a float type. */
  readonly scales: TensorEntry;
  /** GPTQ: int32 `[K]`, the group of each input; null: they follow each other. */
  readonly groupOf: TensorEntry | null;
  /** Added to a stored zero point. */
  readonly zeroOffset: 0 | 1;
}

export type PackedTensor = TableTensor | GroupTensor;

/** The packed layers of a checkpoint by the names of the weights they stand for (`….weight`). */
export interface Packing {
  /** How they are packed, for people. */
  readonly label: string;
  readonly tensors: ReadonlyMap<string, PackedTensor>;
  /** Keys of its configuration that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
}
