/**
 * A zip of files as they lie (stored, not compressed), made while it is sent: no more than a piece of one file is in memory, and
 * its length is known before. By the APPNOTE of PKWARE 6.3.10: sizes and CRC follow each file (§4.3.9), names are UTF-8 (§4.4.4
 * bit 11), and what needs more than 32 bits is said as Zip64 (§4.5.3), file by file.
 */
import { crc32 } from 'node:zlib';
import { FoveaError } from '../../src-shared/contract/errors.ts';

export interface ZipEntry {
  /** `/` separated, relative. */
  readonly name: string;
  /** Exactly what {@link read} gives. */
  readonly bytes: number;
  readonly modified: Date;
  read(): AsyncIterable<Uint8Array>;
}

/** The largest number of 32 bits says: look into the Zip64 field. */
const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;

const [LOCAL, CENTRAL, DESCRIPTOR, END, END_64] = [30, 46, 16, 22, 56 + 20] as const;
const DESCRIPTOR_64 = 24;

/**
 * Bytes of the zip that {@link zipOf} makes.
 * @param most the largest size and place said without Zip64, for tests
 */
export function zipBytes(entries: readonly Pick<ZipEntry, 'name' | 'bytes'>[], most = MAX_32 - 1): number {
  let offset = 0;
  let directory = 0;
  for (const { name, bytes } of entries) {
    const nameBytes = Buffer.byteLength(name);
    directory += CENTRAL + nameBytes + zip64Field(bytes, offset, most).length;
    offset += LOCAL + nameBytes + bytes + (bytes > most ? DESCRIPTOR_64 : DESCRIPTOR);
  }
  return offset + directory + (needsEnd64(entries.length, directory, offset, most) ? END_64 : 0) + END;
}

/**
 * The zip, in pieces.
 * @throws FoveaError `conflict` when a file gives another number of bytes than it was said to have
 */
export async function* zipOf(
  entries: readonly ZipEntry[],
  most = MAX_32 - 1,
): AsyncGenerator<Uint8Array, void> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    yield localHeader(entry, name, most);
    let [crc, bytes] = [0, 0];
    for await (const piece of entry.read()) {
      crc = crc32(piece, crc);
      bytes += piece.length;
      if (bytes > entry.bytes) break;
      yield piece;
    }
    if (bytes !== entry.bytes) {
      throw new FoveaError('conflict', 'a file changed while it was sent', {
        where: entry.name,
        next: 'Export again',
      });
    }
    const end = descriptor(crc, bytes, most);
    yield end;
    directory.push(centralHeader(entry, name, crc, offset, most));
    offset += LOCAL + name.length + bytes + end.length;
  }
  const central = Buffer.concat(directory);
  yield central;
  yield endOf(entries.length, central.length, offset, most);
}

/** What both headers say alike, from the version on. */
function common({ modified, bytes }: ZipEntry, most: number): Buffer {
  const at = Buffer.alloc(10);
  at.writeUInt16LE(bytes > most ? 45 : 20, 0);
  // Sizes follow the file; the name is UTF-8.
  at.writeUInt16LE((1 << 3) | (1 << 11), 2);
  at.writeUInt16LE(0, 4);
  const year = Math.min(2107, Math.max(1980, modified.getFullYear()));
  at.writeUInt16LE(
    (modified.getHours() << 11) | (modified.getMinutes() << 5) | (modified.getSeconds() >> 1),
    6,
  );
  at.writeUInt16LE(((year - 1980) << 9) | ((modified.getMonth() + 1) << 5) | modified.getDate(), 8);
  return at;
}

function localHeader(entry: ZipEntry, name: Buffer, most: number): Buffer {
  const header = Buffer.alloc(LOCAL);
  header.writeUInt32LE(0x0403_4b50, 0);
  common(entry, most).copy(header, 4);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function descriptor(crc: number, bytes: number, most: number): Buffer {
  const big = bytes > most;
  const at = Buffer.alloc(big ? DESCRIPTOR_64 : DESCRIPTOR);
  at.writeUInt32LE(0x0807_4b50, 0);
  at.writeUInt32LE(crc, 4);
  if (big) {
    at.writeBigUInt64LE(BigInt(bytes), 8);
    at.writeBigUInt64LE(BigInt(bytes), 16);
  } else {
    at.writeUInt32LE(bytes, 8);
    at.writeUInt32LE(bytes, 12);
  }
  return at;
}

function centralHeader(entry: ZipEntry, name: Buffer, crc: number, offset: number, most: number): Buffer {
  const { bytes } = entry;
  const field = zip64Field(bytes, offset, most);
  const header = Buffer.alloc(CENTRAL);
  header.writeUInt32LE(0x0201_4b50, 0);
  // Made on Unix, so that the mode counts.
  header.writeUInt16LE((3 << 8) | 45, 4);
  common(entry, most).copy(header, 6);
  if (field.length > 0) header.writeUInt16LE(45, 6);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(bytes > most ? MAX_32 : bytes, 20);
  header.writeUInt32LE(bytes > most ? MAX_32 : bytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(field.length, 30);
  header.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  header.writeUInt32LE(offset > most ? MAX_32 : offset, 42);
  return Buffer.concat([header, name, field]);
}

/** Both sizes, then the place: those that have no room elsewhere. */
function zip64Field(bytes: number, offset: number, most: number): Buffer {
  const values = [...(bytes > most ? [bytes, bytes] : []), ...(offset > most ? [offset] : [])];
  if (values.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}

function needsEnd64(count: number, directory: number, offset: number, most: number): boolean {
  return count >= MAX_16 || directory > most || offset > most;
}

function endOf(count: number, directory: number, offset: number, most: number): Buffer {
  const big = needsEnd64(count, directory, offset, most);
  const end = Buffer.alloc(END);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(big ? MAX_16 : count, 8);
  end.writeUInt16LE(big ? MAX_16 : count, 10);
  end.writeUInt32LE(big ? MAX_32 : directory, 12);
  end.writeUInt32LE(big ? MAX_32 : offset, 16);
  if (!big) return end;
  const end64 = Buffer.alloc(END_64);
  end64.writeUInt32LE(0x0606_4b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE((3 << 8) | 45, 12);
  end64.writeUInt16LE(45, 14);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(directory), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  // Where that lies.
  end64.writeUInt32LE(0x0706_4b50, 56);
  end64.writeBigUInt64LE(BigInt(offset + directory), 64);
  end64.writeUInt32LE(1, 72);
  return Buffer.concat([end64, end]);
}
