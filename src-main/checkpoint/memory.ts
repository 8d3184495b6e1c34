/**
 * What a checkpoint asks of memory before it is loaded, from its headers alone. Float32 weights are mapped files: the
 * system can drop their pages. Half-precision weights become float32 copies, because the CPU has no maths for them, and
 * quantised ones are laid out anew; a table of embeddings is looked up where it lies. A graphics card's memory is not
 * known to us; what float16 weights take of it is.
 */
import type { WeightSource } from '../graph/weights.ts';
import type { AnyCheckpoint } from './open.ts';
import { hasInt8Products, packedBytes } from './packed/bytes.ts';
import type { Packing } from './packed/types.ts';
import { BLOCK, blocksOf } from './quantised/blocks.ts';
import type { RowForm } from './quantised/encodings.ts';
import { bytesOfPart, partsOf } from './quantised/encodings.ts';
import { quantisedForms } from './quantised/plan.ts';
import type { Measured } from './quantised/measured.ts';
import { storedAsHalves } from './quantised/index.ts';
import { DTYPE_BYTES } from './files/safetensors.ts';

/** Bytes of weights at one precision on the CPU. */
export interface WeightBytes {
  /** Used where they lie. */
  readonly mappedBytes: number;
  /** Held by the process. */
  readonly copiedBytes: number;
}

/** As stored, at int4, int8 and fp16 where there is such a form of these weights. */
export interface MemoryEstimate extends WeightBytes {
  readonly int4?: WeightBytes & {
    /** Size of the cache on disk, its header aside. */
    readonly fileBytes: number;
  };
  /** Where every linear layer has two digits: the most it comes to. */
  readonly int8?: WeightBytes & {
    /** Size of the cache on disk, its header aside. */
    readonly fileBytes: number;
  };
  readonly 'int8-fast'?: WeightBytes & {
    /** Size of the cache on disk where every linear layer bears one digit, its header aside. */
    readonly fileBytes: number;
  };
  readonly fp16?: WeightBytes & {
    /** Size of the cache on disk; 0: the checkpoint's own files serve. */
    readonly fileBytes: number;
    /** What a device that knows float16 holds; the CPU holds float32 copies. */
    readonly deviceBytes: number;
  };
  /** Keys and values of one token in all layers. */
  readonly cacheBytesPerToken: number;
}

const FLOAT = 4;
const HALF = 2;
/** A row's scale, and the sum of its values that ONNX Runtime keeps beside them. */
const PER_ROW = 2 * FLOAT;
/** ONNX Runtime keeps a block's scale and the sum of its values beside them (MLAS, int8 products). */
const PER_BLOCK = 2 * FLOAT;

interface Weighed {
  readonly config: AnyCheckpoint['config'];
  readonly weights: WeightSource & { readonly packing?: Packing | null };
}

/** @param measured how its layers bear int8, where that is known: the most and the least are then what it comes to */
export function memoryEstimate(checkpoint: Weighed, measured: Measured | null = null): MemoryEstimate {
  const { layers, kvHeads, headDim } = checkpoint.config.text;
  const { packing } = checkpoint.weights;
  return {
    ...(packing
      ? packedEstimate(checkpoint, packing)
      : {
          ...storedBytes(checkpoint),
          int4: int4Bytes(checkpoint),
          int8: rowBytes(checkpoint, 'int8', measured),
          'int8-fast': rowBytes(checkpoint, 'int8-fast', measured),
          fp16: fp16Bytes(checkpoint),
        }),
    cacheBytesPerToken: 2 * layers * kvHeads * headDim * FLOAT,
  };
}

/** Packed layers beside what is stored as it is; tables become floats one layer at a time. */
function packedEstimate(checkpoint: Weighed, packing: Packing): Omit<MemoryEstimate, 'cacheBytesPerToken'> {
  const { mappedBytes, copiedBytes } = storedBytes(checkpoint);
  const { mapped, copied, passing, file, blocks } = packedBytes(packing);
  const stored = {
    mappedBytes: mappedBytes + mapped,
    copiedBytes: copiedBytes + copied + passing,
  };
  if (!hasInt8Products(packing)) return stored;
  const int8 = { ...stored, copiedBytes: stored.copiedBytes + blocks * PER_BLOCK, fileBytes: file };
  return { ...stored, int4: int8 };
}

function storedBytes({ config, weights }: Weighed): WeightBytes {
  const { tieWordEmbeddings: tied } = config.text;
  const table = config.names.embed;
  let [mappedBytes, copiedBytes] = [0, 0];
  for (const name of weights.names()) {
    const tensor = weights.get(name);
    if (!tensor) continue;
    // What an adapter adds to lies in a cache as float32.
    if (tensor.plus) mappedBytes += (tensor.length / DTYPE_BYTES[tensor.dtype]) * FLOAT;
    else if (tensor.dtype === 'F32' || (name === table && !tied)) mappedBytes += tensor.length;
    else copiedBytes += (tensor.length / DTYPE_BYTES[tensor.dtype]) * FLOAT;
  }
  return { mappedBytes, copiedBytes };
}

function int4Bytes({ config, weights }: Weighed): MemoryEstimate['int4'] {
  let mappedBytes = storedTable({ config, weights });
  let [copiedBytes, fileBytes] = [0, 0];
  for (const { shape, encoding } of quantisedForms({ config, weights }, 'int4')) {
    const [n = 1, k = 1] = shape;
    const bytes = partsOf(shape, encoding).reduce((sum, part) => sum + bytesOfPart(part), 0);
    fileBytes += bytes;
    if (typeof encoding === 'string') mappedBytes += bytes;
    else if (typeof encoding === 'number')
      copiedBytes += n * blocksOf(k) * ((BLOCK * encoding) / 8 + PER_BLOCK);
  }
  return { mappedBytes, copiedBytes, fileBytes };
}

function rowBytes(
  { config, weights }: Weighed,
  form: RowForm,
  measured: Measured | null,
): MemoryEstimate[RowForm] {
  let mappedBytes = storedTable({ config, weights });
  let [copiedBytes, fileBytes] = [0, 0];
  for (const { shape, encoding } of quantisedForms({ config, weights }, form, measured)) {
    const [n = 1, k = 1] = shape;
    const bytes = partsOf(shape, encoding).reduce((sum, part) => sum + bytesOfPart(part), 0);
    fileBytes += bytes;
    if (typeof encoding === 'string') mappedBytes += bytes;
    else if (typeof encoding === 'object') copiedBytes += n * encoding.digits * k + n * PER_ROW;
  }
  return { mappedBytes, copiedBytes, fileBytes };
}

function fp16Bytes({ config, weights }: Weighed): MemoryEstimate['fp16'] {
  let mappedBytes = storedTable({ config, weights });
  let [copiedBytes, deviceBytes] = [0, 0];
  for (const { shape, encoding } of quantisedForms({ config, weights }, 'fp16')) {
    const count = shape.reduce((a, b) => a * b, 1);
    deviceBytes += encoding === 'F16' ? count * HALF : count * FLOAT;
    if (encoding === 'F16') copiedBytes += count * FLOAT;
    else mappedBytes += count * FLOAT;
  }
  const fileBytes = storedAsHalves({ config, weights }) ? 0 : deviceBytes;
  return { mappedBytes, copiedBytes, fileBytes, deviceBytes };
}

/** Bytes of the table where it is looked up as it is stored; one that an adapter adds to is in the cache. */
function storedTable({ config, weights }: Weighed): number {
  const table = weights.get(config.names.embed);
  return table && !table.plus ? table.length : 0;
}

/** Number of stored values per dtype (`F32`, `F16`, `BF16`, …), packed ones by how (`NF4`, `FP4`, `AWQ`, `GPTQ`). */
export function parametersByDtype(weights: AnyCheckpoint['weights']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of weights.names()) {
    const packed = weights.packing?.tensors.get(name);
    const kind = packed?.kind === 'table' ? packed.table : packed?.kind;
    const dtype = kind?.toUpperCase() ?? weights.entry(name)?.dtype;
    if (dtype)
      counts[dtype] = (counts[dtype] ?? 0) + (weights.shapeOf(name) ?? []).reduce((a, b) => a * b, 1);
  }
  return counts;
}
