/**
 * Where the weights of a graph lie. Graphs never hold weights: an initializer is a file, an offset and a length, and
 * ONNX Runtime maps those bytes. Whoever reads checkpoints implements `WeightSource`.
 */

/** Bytes of a file. */
export interface FileRange {
  /** Absolute path with symlinks resolved: ONNX Runtime refuses links that leave their folder. */
  readonly file: string;
  /** First byte of the tensor in the file, and its number of bytes. */
  readonly offset: number;
  readonly length: number;
}

/** One tensor of a checkpoint, as bytes in a file. */
export interface WeightRef extends FileRange {
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly shape: readonly number[];
  /** Added to the stored values before anything computes with them; no graph takes a weight that still has it. */
  readonly plus?: LowRank;
}

/**
 * A matrix of low rank r that is added to a weight `[N, …]` of K values a row: `scale · left · right`, worked out in
 * float32.
 */
export interface LowRank {
  /** `[N, r]`; `transposed`: `[r, N]`. */
  readonly left: WeightRef;
  /** `[r, …]` of K values a row; `transposed`: `[K, r]`. */
  readonly right: WeightRef;
  readonly rank: number;
  readonly scale: number;
  readonly transposed: boolean;
}

/**
 * A linear layer's weights `[N, K]` in blocks along K, each with a scale of its own, as `MatMulNBits` takes them. The
 * value of element k is `(q − zero point of its block) · scale of its block`; a last block that K does not fill is padded.
 */
export interface BlockRef {
  readonly shape: readonly [n: number, k: number];
  readonly bits: 4 | 8;
  /** Elements per block: 16, 32, 64, 128 or 256. */
  readonly block: number;
  /** uint8 `[N, blocks, block·bits/8]`; at 4 bits the earlier element is the low half of its byte. */
  readonly values: FileRange;
  /** float32 `[N · blocks]`. */
  readonly scales: FileRange;
  /** Zero points of 4 bits, uint8 `[N, ⌈blocks/2⌉]`, the earlier one the low half; absent: 2^(bits−1). */
  readonly zeros?: FileRange;
  /** int64 `[K]`: the input feature that each column multiplies; absent: they are in order. */
  readonly order?: FileRange;
  /**
   * `int8`: inputs are rounded to 8 bits per block on the way, which is faster; `float32`: the product is that of the
   * weights' own values.
   */
  readonly products: 'int8' | 'float32';
}

/**
 * A linear layer's weights `[N, K]` as 4-bit indices into one of bitsandbytes' tables, as `MatMulBnb4` takes them. Blocks
 * run through the whole matrix, row after row; the value is `table[q] · scale of its block`.
 */
export interface TableRef {
  readonly shape: readonly [n: number, k: number];
  readonly table: 'fp4' | 'nf4';
  /** Elements per block: 16, 32, 64, 128 or 256. */
  readonly block: number;
  /** uint8 `[⌈N·K/2⌉]`; the earlier element is the high half of its byte. */
  readonly values: FileRange;
  /** float32 `[⌈N·K/block⌉]`. */
  readonly scales: FileRange;
}

/** Digits of 8 bits that a whole number has. */
export type Digits = 1 | 2;
/** What a first digit counts where there are two. */
export const DIGIT_BASE = 256;
/** The largest whole number of a row, its sign aside: the range is symmetric, so that zero is met exactly. */
export const LARGEST_WHOLE: Readonly<Record<Digits, number>> = { 1: 127, 2: 127 * DIGIT_BASE + 127 };

/**
 * A linear layer's weights `[N, K]` as whole numbers with one scale per row, of one digit (8 bits) or two (16 bits: 256 times
 * the first and the second). Inputs are rounded to as many, one scale per row of theirs, and the products are whole
 * numbers (rows.ts).
 */
export interface RowRef {
  readonly shape: readonly [n: number, k: number];
  readonly per: 'row';
  readonly digits: Digits;
  /** int8 `[N, digits·K]`, a row's first digits before its second; the value is `q · scale of its row`. */
  readonly values: FileRange;
  /** float32 `[N]`. */
  readonly scales: FileRange;
  /** What inputs are multiplied by before they are rounded; the weights are those of such inputs. */
  readonly smoothing?: Smoothing;
}

/** One factor per input feature, which takes from channels that are far larger than the others. */
export interface Smoothing {
  /** float32 `[K]`. */
  readonly factors: FileRange;
  /** Layers of the same group and the same inputs have the same factors: those inputs are rounded once. */
  readonly group: string;
}

/** Weights that a linear layer multiplies without making floats of them first. */
export type QuantisedRef = BlockRef | TableRef | RowRef;

/** How a graph is observed (observed.ts). */
export interface Observing {
  /** By the weights' name: what inputs are multiplied by, and weights divided by, before both are rounded. */
  readonly factors: ReadonlyMap<string, Float32Array>;
}

/** How a device takes weights; a graph is built for one. */
export interface Placement {
  /** Most bytes that one buffer of the device may have; null: no limit. Larger linear layers are built in pieces. */
  readonly maxBytes: number | null;
  /**
   * Dtypes that the device holds as they are stored, a matrix becoming float32 only while it is multiplied. Others
   * are float32 copies from the start.
   */
  readonly held: readonly WeightRef['dtype'][];
  /**
   * Whether products of uint8 inputs and int8 weights are exact ({@link RowRef}); false: both are taken as uint8. Absent:
   * they are.
   */
  readonly signedProducts?: boolean;
  /** Float layers give what is known of products of whole numbers as outputs too (observed.ts). */
  readonly observing?: Observing;
}

/** Weights of any size, as float32. */
export const ANYWHERE: Placement = { maxBytes: null, held: [] };

/** The tensors of a checkpoint by name. */
export interface WeightSource {
  get(name: string): WeightRef | undefined;
  /** The tensor's quantised form, which a linear layer takes instead of what `get` gives. */
  quantised?(name: string): QuantisedRef | undefined;
  names(): Iterable<string>;
  /** The device that the graphs of these weights are for; absent: one that takes them as they are. */
  readonly placement?: Placement;
}

/** The same weights for graphs of another device. */
export function placed(source: WeightSource, placement: Placement): WeightSource {
  return {
    get: (name) => source.get(name),
    quantised: (name) => source.quantised?.(name),
    names: () => source.names(),
    placement,
  };
}
