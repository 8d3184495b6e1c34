/**
 * A picture's encoding as a file, and back: magic, version, tokens and numbers a token, the numbers as float32 `[N, d]`, and a
 * CRC-32 of all that, little-endian. Nothing is rounded: a label with a kept encoding has the bits of one without.
 */
import { counted } from '../../src-shared/contract/counts.ts';
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** Visual tokens as they go into the decoder. */
export interface EncodingShape {
  readonly tokens: number;
  readonly hiddenSize: number;
}

const MAGIC = 'FoveaEnc';
const VERSION = 1;
/** Magic, version, tokens, numbers a token; a multiple of four, as arrays of numbers begin. */
const HEADER_BYTES = 20;
const CRC_BYTES = 4;

const swap = endianness() === 'BE';

/** Bytes that an encoding takes in a file: 9.4 MB for LLaVA-1.5-7B, whose pictures are 576 tokens of 4096 numbers. */
export function encodingFileBytes({ tokens, hiddenSize }: EncodingShape): number {
  return HEADER_BYTES + 4 * tokens * hiddenSize + CRC_BYTES;
}

/** @param features `[N, d]` */
export function encodeEncoding(features: Float32Array, shape: EncodingShape): Uint8Array {
  const { tokens, hiddenSize } = shape;
  if (features.length !== tokens * hiddenSize) {
    throw new FoveaError('internal', `${features.length} numbers are not [${tokens}, ${hiddenSize}]`);
  }
  const bytes = new Uint8Array(encodingFileBytes(shape));
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC, 'latin1'));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, tokens, true);
  view.setUint32(16, hiddenSize, true);
  new Float32Array(bytes.buffer, HEADER_BYTES, features.length).set(features);
  if (swap) Buffer.from(bytes.buffer, HEADER_BYTES, 4 * features.length).swap32();
  const end = bytes.length - CRC_BYTES;
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/**
 * The numbers that a file holds, in memory of their own.
 * @throws FoveaError `bad_input` for what is no encoding of this shape, of another version, cut short or damaged
 */
export function decodeEncoding(bytes: Uint8Array, shape: EncodingShape): Float32Array {
  const expected = encodingFileBytes(shape);
  if (bytes.length !== expected) throw notEncoding(`it has ${bytes.length} of ${expected} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== MAGIC) {
    throw notEncoding('it does not begin as one');
  }
  const [version, tokens, hiddenSize] = [8, 12, 16].map((at) => view.getUint32(at, true));
  if (version !== VERSION) throw notEncoding(`it is of version ${version}, not ${VERSION}`);
  if (tokens !== shape.tokens || hiddenSize !== shape.hiddenSize) {
    throw notEncoding(`it is of ${counted(tokens, 'token')} of ${counted(hiddenSize, 'number')}`);
  }
  const end = bytes.length - CRC_BYTES;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) throw notEncoding('it is damaged');
  // Not `slice`: that of a Buffer copies nothing.
  const own = new Uint8Array(bytes.subarray(HEADER_BYTES, end));
  if (swap) Buffer.from(own.buffer, 0, own.length).swap32();
  return new Float32Array(own.buffer, 0, shape.tokens * shape.hiddenSize);
}

function notEncoding(what: string): FoveaError {
  return new FoveaError('bad_input', `this is not a kept encoding of a picture: ${what}`, {
    next: 'Delete it: pictures are encoded again when they are needed',
  });
}
