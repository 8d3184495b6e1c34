/**
 * Where the weights of a graph lie. Graphs never hold weights: an initializer is a file, an offset and a length, and
 * ONNX Runtime maps those bytes. Whoever reads checkpoints implements `WeightSource`.
 */

/** One tensor of a checkpoint, as bytes in a file. */
export interface WeightRef {
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly shape: readonly number[];
  /** Absolute path with symlinks resolved: ONNX Runtime refuses links that leave their folder. */
  readonly file: string;
  /** First byte of the tensor in the file, and its number of bytes. */
  readonly offset: number;
  readonly length: number;
}

/** The tensors of a checkpoint by name. */
export interface WeightSource {
  get(name: string): WeightRef | undefined;
  names(): Iterable<string>;
}
