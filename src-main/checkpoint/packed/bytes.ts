/** What packed layers take of memory and of the disk, from their shapes alone. */
import { tableBlock } from './layout.ts';
import { isInPlace } from './plan.ts';
import type { PackedTensor, Packing } from './types.ts';

const FLOAT = 4;

/** Bytes of a layer's arrays. */
interface LayerBytes {
  /** Used where they lie, in the checkpoint or in the cache. */
  readonly mapped: number;
  /** Laid out anew by ONNX Runtime for its kernels. */
  readonly copied: number;
  /** Made while the layer runs, and let go. */
  readonly passing: number;
  /** In the cache. */
  readonly file: number;
  /** Scales there are. */
  readonly blocks: number;
}

function layerBytes(tensor: PackedTensor): LayerBytes {
  const [n, k] = tensor.shape;
  if (tensor.kind === 'table') {
    const blocks = Math.ceil((n * k) / (tableBlock(tensor) ?? tensor.block));
    const scales = blocks * FLOAT;
    const mapped = tensor.values.length + scales;
    return { mapped, copied: 0, passing: n * k * FLOAT, file: isInPlace(tensor) ? 0 : scales, blocks };
  }
  const blocks = n * Math.ceil(k / Math.min(tensor.group, 256));
  const values = (n * k) / 2;
  const beside = blocks * FLOAT + blocks / 2;
  return { mapped: beside, copied: values, passing: 0, file: values + beside, blocks };
}

/** All layers together; `passing` is that of the largest one. */
export function packedBytes({ tensors }: Packing): LayerBytes {
  const sum = { mapped: 0, copied: 0, passing: 0, file: 0, blocks: 0 };
  for (const tensor of tensors.values()) {
    const { mapped, copied, passing, file, blocks } = layerBytes(tensor);
    sum.mapped += mapped;
    sum.copied += copied;
    sum.passing = Math.max(sum.passing, passing);
    sum.file += file;
    sum.blocks += blocks;
  }
  return sum;
}

/** Whether ONNX Runtime's int8 products are to be had: for linear scales, not for tables. */
export function hasInt8Products({ tensors }: Packing): boolean {
  return [...tensors.values()].every(({ kind }) => kind !== 'table');
}
