/** Reads back a stored .npz as `numpy.load` would, from its central directory, checking every checksum. */
import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

export interface ReadArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | number[];
}

export function readNpz(bytes: Buffer): Map<string, ReadArray> {
  const end = bytes.length - 22;
  assert.equal(bytes.readUInt32LE(end), 0x06054b50, 'end of central directory');
  const arrays = new Map<string, ReadArray>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    assert.equal(bytes.readUInt32LE(at), 0x02014b50, 'central entry');
    const size = bytes.readUInt32LE(at + 24);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    assert.equal(bytes.readUInt32LE(local), 0x04034b50, `local header of ${name}`);
    assert.equal(bytes.readUInt16LE(local + 8), 0, 'stored');
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + size);
    assert.equal(crc32(data), bytes.readUInt32LE(at + 16), `checksum of ${name}`);
    arrays.set(name.replace(/\.npy$/, ''), readNpy(data));
    at += 46 + nameLength;
  }
  assert.equal(at, end, 'nothing between the directory and its end');
  return arrays;
}

function readNpy(bytes: Buffer): ReadArray {
  assert.equal(bytes.toString('latin1', 0, 8), '\x93NUMPY\x01\x00');
  const start = 10 + bytes.readUInt16LE(8);
  assert.equal(start % 64, 0, 'data is aligned');
  const header = bytes.toString('latin1', 10, start);
  const found = /^\{'descr': '(<f4|<i8)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(
    header,
  );
  assert.ok(found, header);
  const shape = (found[2] ?? '')
    .split(',')
    .filter((dim) => dim.trim() !== '')
    .map(Number);
  const raw = new Uint8Array(bytes.subarray(start)).buffer;
  const data = found[1] === '<f4' ? new Float32Array(raw) : Array.from(new BigInt64Array(raw), Number);
  assert.equal(
    data.length,
    shape.reduce((a, b) => a * b, 1),
  );
  return { shape, data };
}
