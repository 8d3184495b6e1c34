/** Whether two folders hold the same RPN, whatever they call its tensors and in whatever order these lie. */
import type { TensorEntry } from '../../checkpoint/files/safetensors.ts';
import { storedTensor } from '../../checkpoint/files/stored-tensor.ts';
import { isRpnTensor, type RpnFolder } from '../../checkpoint/rpn-folder.ts';
import { theirName } from './names.ts';

/**
 * Bit for bit, the smallest tensors first: two versions of one training differ there already, and gigabytes are read of equal ones
 * only. @throws FoveaError `bad_checkpoint` for a weights file that ends early; what the disk says
 */
export async function sameWeights(a: RpnFolder, b: RpnFolder): Promise<boolean> {
  const [ours, theirs] = [ownTensors(a), ownTensors(b)];
  if (ours.size !== theirs.size) return false;
  const pairs: [TensorEntry, TensorEntry][] = [];
  for (const [name, entry] of ours) {
    const other = theirs.get(name);
    if (!other || !isAlike(entry, other)) return false;
    pairs.push([entry, other]);
  }
  pairs.sort(([x], [y]) => x.length - y.length);
  for (const [entry, other] of pairs) if (!(await sameBytes(entry, other))) return false;
  return true;
}

function ownTensors({ tensors }: RpnFolder): Map<string, TensorEntry> {
  const own = [...tensors.values()].filter(({ name }) => isRpnTensor(name));
  return new Map(own.map((entry) => [theirName(entry.name), entry]));
}

function isAlike(a: TensorEntry, b: TensorEntry): boolean {
  return a.dtype === b.dtype && a.length === b.length && a.shape.join() === b.shape.join();
}

/** Both are read in pieces of one size. */
async function sameBytes(a: TensorEntry, b: TensorEntry): Promise<boolean> {
  const others = piecesOf(b);
  for await (const piece of piecesOf(a)) {
    const { value } = await others.next();
    if (!value || Buffer.compare(piece, value) !== 0) return false;
  }
  return true;
}

async function* piecesOf(entry: TensorEntry): AsyncGenerator<Uint8Array, undefined> {
  yield* storedTensor(entry, entry.name).bytes();
}
