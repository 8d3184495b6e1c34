/**
 * Tar as POSIX has it since 1988 (ustar), of files with short plain names, read-only for nobody and of no time: the same files make
 * the same bytes. Source of the fields: POSIX.1-2017, pax, "ustar Interchange Format".
 */

const BLOCK = 512;

/** Header and padded content of one file. @throws RangeError for a name that does not fit */
export function tarEntry(name: string, data: Uint8Array): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`no name for a tar: ${JSON.stringify(name)}`);
  if (data.length >= 8 ** 11) throw new RangeError(`${name} is too large for a tar`);
  const out = Buffer.alloc(BLOCK + Math.ceil(data.length / BLOCK) * BLOCK);
  const octal = (value: number, at: number, length: number): void =>
    void out.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  out.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(data.length, 124, 12);
  octal(0, 136, 12);
  out.write('0', 156, 'latin1');
  out.write('ustar\x0000', 257, 'latin1');
  out.fill(' ', 148, 156);
  const sum = out.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  out.set(data, BLOCK);
  return out;
}

/** What ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);
