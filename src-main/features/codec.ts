/**
 * Features as a file, and back: magic, version, a JSON header, one float32 scale per row, the rows as 16-bit integers
 * `[length, hiddenSize]` (value = integer · scale), and a CRC-32 of all that. Little-endian, every part aligned to its numbers.
 */
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { gridSchema } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Orientation } from '../../src-shared/kernels/types.ts';
import type { FeatureRows } from './rows.ts';

const MAGIC = 'FoveaHid';
const VERSION = 1;
/** Magic, version and the header's length. */
const PREAMBLE_BYTES = 16;
const CRC_BYTES = 4;
/** Real headers take some 150 bytes. */
const MOST_HEADER_BYTES = 4096;
/** Of 16-bit integers: their largest magnitude, one less than they could hold, so that both signs have the same. */
const STEPS = 32767;
/** A file of more is none of ours: 128 K tokens of the widest model are 2 GB. */
export const MOST_FILE_BYTES = 2 ** 31;

const swap = endianness() === 'BE';
const size = z.number().int().min(1);
const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

const headerSchema = z
  .object({
    length: size.max(1 << 20),
    hiddenSize: size.max(1 << 16),
    visual: z.tuple([z.number().int().min(0), size]),
    grid: gridSchema,
    picture: z.object({ width: size, height: size, turned: z.literal(orientations) }),
  })
  .refine(
    ({ visual: [from, to], grid, length }) => to - from === grid[0] * grid[1] && to < length,
    'the visual tokens are not those of the grid, or nothing follows them',
  );
type Header = z.infer<typeof headerSchema>;

/** Bytes that features of such a prompt take in a file. */
export function featureFileBytes(length: number, hiddenSize: number): number {
  return PREAMBLE_BYTES + 160 + length * (4 + 2 * hiddenSize) + CRC_BYTES;
}

/**
 * Rounds rows to 16 bits and a scale each, as the bytes of a file.
 * @throws FoveaError `bad_input` where a row is not finite, naming it
 */
export function encodeFeatures(features: FeatureRows): Uint8Array {
  const { rows, length, hiddenSize, visual, grid, picture } = features;
  if (rows.length !== length * hiddenSize) {
    throw new FoveaError('internal', `${rows.length} numbers are not [${length}, ${hiddenSize}]`);
  }
  const header = headerSchema.parse({ length, hiddenSize, visual, grid, picture });
  const bytes = frame(header);
  const { scales, values } = views(bytes, header);
  for (let row = 0; row < length; row++) {
    const own = rows.subarray(row * hiddenSize, (row + 1) * hiddenSize);
    scales[row] = largest(own, row) / STEPS;
    round(own, scales[row]!, values.subarray(row * hiddenSize, (row + 1) * hiddenSize));
  }
  toLittleEndian(scales, values);
  const end = bytes.length - CRC_BYTES;
  new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/**
 * The rows that a file holds, in memory of their own.
 * @throws FoveaError `bad_input` for what is no features file, of another version, cut short or damaged; nothing is
 *   made in memory that the bytes do not hold
 */
export function decodeFeatures(bytes: Uint8Array): FeatureRows {
  const { header, at, end } = readWhole(bytes);
  const { length, hiddenSize } = header;
  // Copied where the bytes do not begin at a multiple of four: arrays of numbers must.
  const body = bytes.byteOffset % 4 === 0 && !swap ? bytes.subarray(at, end) : bytes.slice(at, end);
  const scales = new Float32Array(body.buffer, body.byteOffset, length);
  const values = new Int16Array(body.buffer, body.byteOffset + 4 * length, length * hiddenSize);
  toLittleEndian(scales, values);
  const rows = new Float32Array(length * hiddenSize);
  for (let row = 0, i = 0; row < length; row++) {
    const scale = scales[row]!;
    if (!Number.isFinite(scale)) throw notFeatures(`the scale of row ${row} is ${scale}`);
    for (const next = i + hiddenSize; i < next; i++) rows[i] = values[i]! * scale;
  }
  return { rows, ...header };
}

/** Errors as {@link decodeFeatures}, but for scales that are no numbers, without making the rows. */
export function checkFeatures(bytes: Uint8Array): void {
  readWhole(bytes);
}

/** The header and where scales and rows begin and end, once the bytes are known to be those that were written. */
function readWhole(bytes: Uint8Array): {
  readonly header: Header;
  readonly at: number;
  readonly end: number;
} {
  const { header, at } = readHeader(bytes);
  const end = bytes.length - CRC_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) throw notFeatures('it is damaged');
  return { header, at, end };
}

/** The header and where the scales begin, once every length is known to be what the bytes hold. */
function readHeader(bytes: Uint8Array): { readonly header: Header; readonly at: number } {
  if (bytes.length < PREAMBLE_BYTES || Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== MAGIC) {
    throw notFeatures('it does not begin as one');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, headerBytes] = [view.getUint32(8, true), view.getUint32(12, true)];
  if (version !== VERSION) throw notFeatures(`it is of version ${version}, not ${VERSION}`);
  const at = PREAMBLE_BYTES + headerBytes;
  if (headerBytes > MOST_HEADER_BYTES || headerBytes % 4 !== 0 || at > bytes.length) {
    throw notFeatures(`its header has ${headerBytes} bytes`);
  }
  const text = Buffer.from(bytes.subarray(PREAMBLE_BYTES, at)).toString('utf8');
  const parsed = headerSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
    throw notFeatures(`its header is wrong: ${reasons.join('; ')}`);
  }
  const header = parsed.data;
  const expected = at + bodyBytes(header) + CRC_BYTES;
  if (bytes.length !== expected) throw notFeatures(`it has ${bytes.length} of ${expected} bytes`);
  return { header, at };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A file of zeros under its header. */
function frame(header: Header): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(header);
  const padded = text.padEnd(text.length + ((4 - (text.length % 4)) % 4));
  const bytes = new Uint8Array(PREAMBLE_BYTES + padded.length + bodyBytes(header) + CRC_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC, 'latin1'));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, padded.length, true);
  bytes.set(Buffer.from(padded, 'latin1'), PREAMBLE_BYTES);
  return bytes;
}

function views(bytes: Uint8Array<ArrayBuffer>, header: Header): { scales: Float32Array; values: Int16Array } {
  const { length, hiddenSize } = header;
  const at = bytes.length - CRC_BYTES - bodyBytes(header);
  return {
    scales: new Float32Array(bytes.buffer, at, length),
    values: new Int16Array(bytes.buffer, at + 4 * length, length * hiddenSize),
  };
}

/** Scales and rows; rows end at a multiple of four. */
function bodyBytes({ length, hiddenSize }: Header): number {
  return 4 * length + 4 * Math.ceil((length * hiddenSize) / 2);
}

function largest(row: Float32Array, index: number): number {
  let most = 0;
  for (let i = 0; i < row.length; i++) {
    const size = Math.abs(row[i]!);
    // Neither NaN nor infinity is below anything.
    if (!(size < Infinity)) {
      throw new FoveaError('bad_input', `row ${index} of the hidden states holds ${row[i]}`, {
        next: 'The model gives no finite numbers here: try another precision or device',
      });
    }
    if (size > most) most = size;
  }
  return most;
}

function round(row: Float32Array, scale: number, into: Int16Array): void {
  if (scale === 0) return;
  for (let i = 0; i < row.length; i++) {
    const steps = Math.round(row[i]! / scale);
    // A scale that was rounded down, which the smallest floats do by much.
    into[i] = steps > STEPS ? STEPS : steps < -STEPS ? -STEPS : steps;
  }
}

function toLittleEndian(scales: Float32Array, values: Int16Array): void {
  if (!swap) return;
  Buffer.from(scales.buffer, scales.byteOffset, scales.byteLength).swap32();
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).swap16();
}

function notFeatures(what: string): FoveaError {
  return new FoveaError('bad_input', `this is not a file of kept features: ${what}`, {
    next: 'Delete it: features are computed again when they are needed',
  });
}
