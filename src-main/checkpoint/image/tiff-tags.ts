/** The tags of a TIFF's first picture that decide how its pixels are read (TIFF 6.0 and BigTIFF). */
import type { FileHandle } from 'node:fs/promises';

export interface TiffTags {
  readonly photometric: number;
  readonly compression: number;
  /** Per sample. */
  readonly bits: readonly number[];
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number;
  readonly extraSamples: readonly number[];
  readonly fillOrder: number;
  /** Each channel in a plane of its own. */
  readonly planar: boolean;
  readonly littleEndian: boolean;
  /** As the tag has it, whatever it is. */
  readonly orientation: number | undefined;
  /** The colour map; empty without one. */
  readonly colours: readonly number[];
  /** The XMP packet, null without one. */
  readonly xmp: Buffer | null;
}

const TAG = {
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  orientation: 274,
  samples: 277,
  planar: 284,
  colours: 320,
  extraSamples: 338,
  sampleFormat: 339,
  xmp: 700,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));
const MAX_ENTRIES = 4096;
const MAX_SHORTS = 3 << 16;
const MAX_XMP_BYTES = 16 << 20;

/** @throws Error when the header contradicts the file. */
export async function readTiffTags(file: FileHandle): Promise<TiffTags> {
  const head = await at(file, 0, 16);
  const little = head.toString('latin1', 0, 2) === 'II';
  const u16 = (bytes: Buffer, from: number) => (little ? bytes.readUInt16LE(from) : bytes.readUInt16BE(from));
  const u32 = (bytes: Buffer, from: number) => (little ? bytes.readUInt32LE(from) : bytes.readUInt32BE(from));
  const u64 = (bytes: Buffer, from: number) =>
    Number(little ? bytes.readBigUInt64LE(from) : bytes.readBigUInt64BE(from));
  const big = u16(head, 2) === 43;
  const word = big ? u64 : u32;
  const wide = big ? 8 : 4;
  const start = word(head, big ? 8 : 4);
  const countBytes = big ? 8 : 2;
  const counted = await at(file, start, countBytes);
  const count = big ? u64(counted, 0) : u16(counted, 0);
  if (count > MAX_ENTRIES) throw new Error(`a TIFF of ${count} tags`);
  const size = 4 + 2 * wide;
  const entries = await at(file, start + countBytes, count * size);
  const found = new Map<number, number[]>();
  let xmp: Buffer | null = null;
  for (let i = 0; i < count; i++) {
    const entry = entries.subarray(i * size, (i + 1) * size);
    const tag = u16(entry, 0);
    if (!WANTED.has(tag)) continue;
    const type = u16(entry, 2);
    const length = word(entry, 4);
    // Bytes, shorts and longs are what these tags are made of.
    const each = type === 3 ? 2 : type === 4 ? 4 : 1;
    const limit = tag === TAG.xmp ? MAX_XMP_BYTES : MAX_SHORTS;
    if (length > limit) throw new Error(`a TIFF whose tag ${tag} has ${length} values`);
    const total = length * each;
    const inline = entry.subarray(4 + wide);
    const values = total <= wide ? inline.subarray(0, total) : await at(file, word(inline, 0), total);
    if (tag === TAG.xmp) xmp = values;
    else if (type === 3 || type === 4 || type === 1) {
      const one =
        type === 3 ? u16 : type === 4 ? u32 : (bytes: Buffer, from: number) => bytes[from] as number;
      found.set(
        tag,
        Array.from({ length }, (_, k) => one(values, k * each)),
      );
    }
  }
  const first = (tag: number) => found.get(tag)?.[0];
  const samples = first(TAG.samples) ?? 1;
  const bits = found.get(TAG.bits) ?? [1];
  const formats = found.get(TAG.sampleFormat) ?? [1];
  return {
    photometric: first(TAG.photometric) ?? 0,
    compression: first(TAG.compression) ?? 1,
    bits: bits.length === 1 ? Array.from({ length: Math.min(samples, 64) }, () => bits[0] as number) : bits,
    sampleFormat: formats.every((one) => one === formats[0]) ? (formats[0] as number) : 0,
    extraSamples: found.get(TAG.extraSamples) ?? [],
    fillOrder: first(TAG.fillOrder) ?? 1,
    planar: first(TAG.planar) === 2,
    littleEndian: little,
    orientation: first(TAG.orientation),
    colours: found.get(TAG.colours) ?? [],
    xmp,
  };
}

async function at(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  // The header of the smallest file is shorter than what is asked for.
  if (bytesRead < length && position !== 0) throw new Error('a TIFF that ends too early');
  return bytes;
}
