/** A second RPN for a base model: the one taken out of a checkpoint, with other weights in every layer of its own. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { rewriteTensors, splitRpn, type SplitCheckpoint } from './split-rpn.ts';

/** `base`, `rpn` and `other` in `folder`; `other` differs from `rpn` in every matrix, as after training. */
export async function twoRpns(
  merged: string,
  folder: string,
): Promise<SplitCheckpoint & { readonly other: string }> {
  const { base, rpn } = await splitRpn(merged, folder);
  const other = join(folder, 'other');
  cpSync(rpn, other, { recursive: true });
  await rewriteTensors(rpn, other, (name, tensor) => {
    if (!/twig_layers\..*_proj\.weight$/.test(name)) return tensor;
    // The rows in the opposite order: as large as before, and another map.
    const data = new Uint8Array(tensor.data.length);
    const row = tensor.data.length / (tensor.shape[0] ?? 1);
    for (let at = 0; at < data.length; at += row) {
      data.set(tensor.data.subarray(at, at + row), data.length - row - at);
    }
    return { ...tensor, data };
  });
  return { base, rpn, other };
}
