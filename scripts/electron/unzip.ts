/** Unpacks a zip archive without its 4 GB extensions; every file's length and CRC-32 are compared with what the archive says. */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';

/** Section numbers are those of PKWARE's APPNOTE.TXT 6.3. */
const END = { signature: 0x06054b50, bytes: 22 } as const; // 4.3.16
const ENTRY = { signature: 0x02014b50, bytes: 46 } as const; // 4.3.12
const LOCAL = { signature: 0x04034b50, bytes: 30 } as const; // 4.3.7
/** The longest comment that may follow the end record. */
const COMMENT_BYTES = 0xffff;
/** Where a field is that says "see the 4 GB extension". */
const ELSEWHERE = 0xffffffff;
/** Kind of a file in the upper half of its mode, as POSIX has it. */
const LINK = 0o120000;

interface Entry {
  readonly name: string;
  /** 0: as it is, 8: deflate. */
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** POSIX mode, kind of file included. */
  readonly mode: number;
  readonly at: number;
}

/**
 * Unpacks the entries for which `place` gives a path relative to `outDir`; null leaves an entry out.
 * @throws Error when the archive is damaged, or an entry would land outside of `outDir`
 */
export function unzip(archive: string, outDir: string, place: (name: string) => string | null): void {
  const file = openSync(archive, 'r');
  try {
    for (const entry of entriesOf(file, statSync(archive).size)) {
      const path = entry.name.endsWith('/') ? null : place(entry.name);
      if (path === null) continue;
      if (path.split('/').some((part) => part === '..' || part === '') || path.includes('\\')) {
        throw new Error(`the archive has an entry outside of its folder: ${entry.name}`);
      }
      const target = join(outDir, path);
      mkdirSync(dirname(target), { recursive: true });
      const body = contents(file, entry);
      if ((entry.mode & 0o170000) === LINK) symlinkSync(body.toString('utf8'), target);
      else {
        writeFileSync(target, body);
        chmodSync(target, entry.mode & 0o777 || 0o644);
      }
    }
  } finally {
    closeSync(file);
  }
}

function entriesOf(file: number, size: number): Entry[] {
  const tail = read(
    file,
    Math.max(0, size - END.bytes - COMMENT_BYTES),
    Math.min(size, END.bytes + COMMENT_BYTES),
  );
  let end = tail.length - END.bytes;
  while (end >= 0 && tail.readUInt32LE(end) !== END.signature) end--;
  if (end < 0) throw new Error('this is no zip archive, or its end is missing');
  const count = tail.readUInt16LE(end + 10);
  const directory = read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + ENTRY.bytes > directory.length || directory.readUInt32LE(at) !== ENTRY.signature) {
      throw new Error('the archive’s list of files is damaged');
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      directory.readUInt16LE(at + field),
    );
    const entry = {
      name: directory.toString('utf8', at + ENTRY.bytes, at + ENTRY.bytes + nameBytes),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      mode: directory.readUInt16LE(at + 40),
      at: directory.readUInt32LE(at + 42),
    };
    if ([entry.packedBytes, entry.bytes, entry.at].includes(ELSEWHERE)) {
      throw new Error(`the archive has files beyond 4 GB: ${entry.name}`);
    }
    entries.push(entry);
    at += ENTRY.bytes + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function contents(file: number, { name, method, crc, packedBytes, bytes, at }: Entry): Buffer {
  const header = read(file, at, LOCAL.bytes);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw new Error(`the archive is damaged at ${name}`);
  const packed = read(
    file,
    at + LOCAL.bytes + header.readUInt16LE(26) + header.readUInt16LE(28),
    packedBytes,
  );
  if (method !== 0 && method !== 8)
    throw new Error(`${name} is packed by method ${method}, which is not read here`);
  const body = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  if (body.length !== bytes || crc32(body) !== crc) throw new Error(`${name} is damaged in the archive`);
  return body;
}

function read(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const got = readSync(file, bytes, done, length - done, at + done);
    if (got === 0) throw new Error('the archive is cut off');
    done += got;
  }
  return bytes;
}
