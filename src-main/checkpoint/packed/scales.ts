/** bitsandbytes' scales as float32, one per block of a size that ONNX Runtime knows. */
import { tableBlock } from './layout.ts';
import type { ReadTensor } from './read.ts';
import type { TableTensor } from './types.ts';

/** Scales of a table's blocks, `⌈N·K / block⌉` of them. */
export async function tableScales(tensor: TableTensor, read: ReadTensor): Promise<Float32Array> {
  const own = await ownScales(tensor, read);
  const block = tableBlock(tensor) ?? tensor.block;
  const [n, k] = tensor.shape;
  if (block === tensor.block) return own;
  return Float32Array.from({ length: Math.ceil((n * k) / block) }, (_, i) => {
    return own[Math.floor((i * block) / tensor.block)] as number;
  });
}

/** As stored, or unpacked: product and sum are each rounded to float32, as bitsandbytes does it. */
async function ownScales({ absmax, nested }: TableTensor, read: ReadTensor): Promise<Float32Array> {
  const bytes = await read(absmax);
  if (!nested) return new Float32Array(bytes.buffer);
  const map = new Float32Array((await read(nested.map)).buffer);
  const sizes = new Float32Array((await read(nested.absmax)).buffer);
  const offset = Math.fround(nested.offset);
  return Float32Array.from(bytes, (index, i) => {
    const size = sizes[Math.floor(i / nested.block)] as number;
    return Math.fround((map[index] as number) * size) + offset;
  });
}
