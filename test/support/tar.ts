/** Golden folders are checked in as one `.tar.gz` each: many small JSON files that pack well. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/** Unpacks the regular files of a ustar archive (Python's `tarfile.USTAR_FORMAT`) below `folder`. */
export function unpack(archive: string, folder: string): void {
  const bytes = gunzipSync(readFileSync(archive));
  for (let at = 0; bytes[at] !== 0;) {
    const name = text(bytes, at, 100);
    const prefix = text(bytes, at + 345, 155);
    const size = parseInt(text(bytes, at + 124, 12), 8);
    const path = join(folder, prefix, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** A field of a header, up to its first zero byte. */
function text(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, '');
}
