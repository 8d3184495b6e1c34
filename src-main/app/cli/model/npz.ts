/**
 * NumPy's .npz: a zip of .npy files, stored, not compressed. Sources: NumPy's "NEP 1" (format 1.0) and PKWARE's
 * APPNOTE. Only what `numpy.load` needs: little-endian float32 and int64, C order, no zip64.
 */
import { open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';

/** Row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Where zip's 32-bit sizes end. */
const MAX_BYTES = 2 ** 32 - 2 ** 20;
/** 1980-01-01, the first date a zip can say: the same arrays give the same file. */
const DOS_DATE = 0x21;

/**
 * Writes the arrays to `path`; the file appears whole or not at all.
 * @throws FoveaError `bad_input` above 4 GB, `io` when it cannot be written.
 */
export async function writeNpz(path: string, arrays: Readonly<Record<string, NamedArray>>): Promise<void> {
  const parts = zip(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npy(array)]));
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > MAX_BYTES) {
    throw new FoveaError('bad_input', `the arrays take ${(bytes / 1e9).toFixed(1)} GB, a .npz holds 4`, {
      next: 'Ask for fewer layers with --layers',
    });
  }
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new FoveaError('io', `the file cannot be written (${code ?? String(cause)})`, {
      where: path,
      next: 'Choose another place for it',
      cause,
    });
  }
}

/** One array as a .npy file: magic, version, header padded to 64 bytes, data. */
export function npy({ shape, data }: NamedArray): Buffer {
  const type = data instanceof Float32Array ? '<f4' : '<i8';
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dims}), }`;
  const length = Math.ceil((10 + words.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(`${words.padEnd(length - 1)}\n`, 10, 'latin1');
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Pieces of a stored zip in the order they are written. */
function zip(files: readonly (readonly [name: string, data: Buffer])[]): Buffer[] {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of files) {
    const about = fileFacts(name, data);
    const local = Buffer.concat([signature(0x04034b50), about, Buffer.from(name)]);
    directory.push(centralEntry(about, offset), Buffer.from(name));
    parts.push(local, data);
    offset += local.length + data.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return [...parts, entries, end];
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** What the local header and the central entry say alike: version needed … extra length, 26 bytes. */
function fileFacts(name: string, data: Buffer): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(DOS_DATE, 8);
  facts.writeUInt32LE(crc32(data), 10);
  facts.writeUInt32LE(data.length % 2 ** 32, 14);
  facts.writeUInt32LE(data.length % 2 ** 32, 18);
  facts.writeUInt16LE(Buffer.byteLength(name), 22);
  return facts;
}

function centralEntry(facts: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset % 2 ** 32, 10);
  return Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), facts, rest]);
}
