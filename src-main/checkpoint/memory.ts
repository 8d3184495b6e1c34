/**
 * What a checkpoint asks of memory before it is loaded, from its headers alone. Float32 weights are mapped files: the
 * system can drop their pages. Half-precision weights become float32 copies, because the CPU has no maths for them, and
 * quantised ones are laid out anew; a table of embeddings is looked up where it lies.
 */
import type { WeightSource } from '../graph/weights.ts';
import type { AnyCheckpoint } from './open.ts';
import { qwenNames } from './qwen/required.ts';
import { BLOCK, blocksOf } from './quantised/blocks.ts';
import { quantisedForms } from './quantised/plan.ts';
import { tensorNames } from './required.ts';
import { DTYPE_BYTES } from './safetensors.ts';

/** Bytes of weights at one precision on the CPU. */
export interface WeightBytes {
  /** Used where they lie. */
  readonly mappedBytes: number;
  /** Held by the process. */
  readonly copiedBytes: number;
}

/** As stored, and at int4. */
export interface MemoryEstimate extends WeightBytes {
  readonly int4: WeightBytes & {
    /** Size of the cache on disk, its header aside. */
    readonly fileBytes: number;
  };
  /** Keys and values of one token in all layers. */
  readonly cacheBytesPerToken: number;
}

const FLOAT = 4;
/** ONNX Runtime keeps a block's scale and the sum of its values beside them (MLAS, int8 products). */
const PER_BLOCK = 2 * FLOAT;

interface Measured {
  readonly config: AnyCheckpoint['config'];
  readonly weights: Pick<WeightSource, 'get' | 'names'>;
}

export function memoryEstimate(checkpoint: Measured): MemoryEstimate {
  const { layers, kvHeads, headDim } = checkpoint.config.text;
  return {
    ...storedBytes(checkpoint),
    int4: int4Bytes(checkpoint),
    cacheBytesPerToken: 2 * layers * kvHeads * headDim * FLOAT,
  };
}

function storedBytes({ config, weights }: Measured): WeightBytes {
  const { tieWordEmbeddings: tied } = config.text;
  const table = embeddingTable(config);
  let [mappedBytes, copiedBytes] = [0, 0];
  for (const name of weights.names()) {
    const tensor = weights.get(name);
    if (!tensor) continue;
    if (tensor.dtype === 'F32' || (name === table && !tied)) mappedBytes += tensor.length;
    else copiedBytes += (tensor.length / DTYPE_BYTES[tensor.dtype]) * FLOAT;
  }
  return { mappedBytes, copiedBytes };
}

function int4Bytes({ config, weights }: Measured): MemoryEstimate['int4'] {
  let mappedBytes = weights.get(embeddingTable(config))?.length ?? 0;
  let [copiedBytes, fileBytes] = [0, 0];
  for (const { shape, bits } of quantisedForms(config)) {
    const [n = 1, k = 1] = shape;
    if (bits === null) {
      const bytes = FLOAT * shape.reduce((a, b) => a * b, 1);
      mappedBytes += bytes;
      fileBytes += bytes;
    } else {
      const blocks = n * blocksOf(k);
      copiedBytes += blocks * ((BLOCK * bits) / 8 + PER_BLOCK);
      fileBytes += blocks * ((BLOCK * bits) / 8 + FLOAT);
    }
  }
  return { mappedBytes, copiedBytes, fileBytes };
}

function embeddingTable(config: AnyCheckpoint['config']): string {
  return (config.family === 'llava' ? tensorNames(config.layout) : qwenNames(config.layout)).embed;
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
