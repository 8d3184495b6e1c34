/**
 * What a checkpoint asks of memory before it is loaded, from its headers alone. Float32 weights are mapped files: the
 * system can drop their pages. Half-precision weights become float32 copies, because the CPU has no maths for them.
 */
import type { AnyCheckpoint } from './open.ts';

export interface MemoryEstimate {
  /** Bytes of weights used where they lie, and bytes that loading copies. */
  readonly mappedBytes: number;
  readonly copiedBytes: number;
  /** Keys and values of one token in all layers. */
  readonly cacheBytesPerToken: number;
}

const FLOAT = 4;

export function memoryEstimate({
  config,
  weights,
}: Pick<AnyCheckpoint, 'config' | 'weights'>): MemoryEstimate {
  const { layers, kvHeads, headDim } = config.text;
  const parameters = parametersByDtype(weights);
  const { F32: mapped = 0, F16: half = 0, BF16: brain = 0 } = parameters;
  return {
    mappedBytes: mapped * FLOAT,
    copiedBytes: (half + brain) * FLOAT,
    cacheBytesPerToken: 2 * layers * kvHeads * headDim * FLOAT,
  };
}

/** Number of stored values per dtype (`F32`, `F16`, `BF16`, …). */
export function parametersByDtype(weights: AnyCheckpoint['weights']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of weights.names()) {
    const entry = weights.entry(name);
    if (entry) counts[entry.dtype] = (counts[entry.dtype] ?? 0) + entry.shape.reduce((a, b) => a * b, 1);
  }
  return counts;
}
