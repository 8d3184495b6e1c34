/** A stored tensor's bytes, piece by piece, and whether they are numbers. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withPlainFile } from '../../files/plain-file.ts';
import type { TensorToWrite } from './safetensors-writer.ts';
import type { TensorEntry } from './safetensors.ts';

const PIECE = 4 << 20;
const WISH = { code: 'bad_checkpoint', next: 'Copy the folder again from where it came' } as const;

/** Exponent bits that infinities and NaN have set, by the dtypes that RPNs are stored in: word size in bytes, mask. */
const NO_NUMBER = {
  F32: [4, 0x7f800000],
  BF16: [2, 0x7f80],
  F16: [2, 0x7c00],
} as const;

/** The tensor under `name`, read where it lies when it is written. */
export function storedTensor(entry: Omit<TensorEntry, 'name'>, name: string): TensorToWrite {
  return { name, dtype: entry.dtype, shape: entry.shape, bytes: () => pieces(entry) };
}

/**
 * As {@link storedTensor}, read with care.
 * @throws FoveaError `bad_checkpoint` while it is read, for a NaN or an infinity, and at once for a dtype that no RPN is stored in
 */
export function checkedTensor(entry: TensorEntry, name = entry.name): TensorToWrite {
  const kind = NO_NUMBER[entry.dtype as keyof typeof NO_NUMBER] as readonly [number, number] | undefined;
  if (!kind) {
    throw new FoveaError('bad_checkpoint', `${entry.name} is stored as ${entry.dtype}`, {
      where: entry.file,
      next: 'An RPN is stored as F32, BF16 or F16',
    });
  }
  return {
    ...storedTensor(entry, name),
    async *bytes() {
      for await (const piece of pieces(entry)) {
        requireNumbers(piece, kind, entry);
        yield piece;
      }
    },
  };
}

async function* pieces({ file, offset, length }: Omit<TensorEntry, 'name'>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE) {
    const wanted = Math.min(PIECE, length - at);
    yield await withPlainFile(file, WISH, async (handle) => {
      const buffer = new Uint8Array(wanted);
      for (let got = 0; got < wanted;) {
        const { bytesRead } = await handle.read(buffer, got, wanted - got, offset + at + got);
        if (bytesRead === 0) {
          throw new FoveaError('bad_checkpoint', 'the weights file ends early', {
            where: file,
            next: WISH.next,
          });
        }
        got += bytesRead;
      }
      return buffer;
    });
  }
}

function requireNumbers(
  piece: Uint8Array,
  [size, mask]: readonly [number, number],
  { name, file }: TensorEntry,
): void {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  for (let at = 0; at + size <= piece.length; at += size) {
    const word = size === 4 ? view.getUint32(at, true) : view.getUint16(at, true);
    if ((word & mask) !== mask) continue;
    throw new FoveaError('bad_checkpoint', `${name} holds a value that is no number`, {
      where: file,
      next: 'The training that made it diverged: take an earlier state of it',
    });
  }
}
