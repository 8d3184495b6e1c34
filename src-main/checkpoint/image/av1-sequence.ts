/**
 * Colour matrix and range as an AV1 picture itself says them, for files whose container does not. Source: AV1
 * specification 5.3 (OBU header), 5.5.1 and 5.5.2 (sequence header, colour config) for still pictures.
 */

export interface SequenceColour {
  /** H.273 matrix coefficients, 2 where the picture says nothing. */
  readonly matrix: number;
  readonly fullRange: boolean;
}

const SEQUENCE_HEADER = 1;
const UNSPECIFIED = 2;
const IDENTITY = 0;

/** Null where the header is of another form than that of still pictures. */
export function sequenceColour(data: Uint8Array): SequenceColour | null {
  for (let at = 0; at < data.length;) {
    const head = data[at++] as number;
    if (head & 4) at++;
    let size = data.length - at;
    if (head & 2) {
      size = 0;
      for (let i = 0; i < 8; i++) {
        const byte = data[at++] ?? 0;
        size += (byte & 127) * 2 ** (7 * i);
        if (byte < 128) break;
      }
    }
    if (((head >> 3) & 15) === SEQUENCE_HEADER) return readHeader(data.subarray(at, at + size));
    at += size;
  }
  return null;
}

function readHeader(bytes: Uint8Array): SequenceColour | null {
  let at = 0;
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const profile = bits(3);
  const still = bits(1);
  const reduced = bits(1);
  if (!still || !reduced) return null;
  // Level; then how many bits the sides take, and the sides.
  bits(5);
  const [widthBits, heightBits] = [bits(4) + 1, bits(4) + 1];
  bits(widthBits);
  bits(heightBits);
  // Six switches: superblock size, filter intra, intra edge filter, super resolution, CDEF, restoration.
  bits(6);
  const highBits = bits(1);
  if (profile === 2 && highBits) bits(1);
  const grey = profile === 1 ? 0 : bits(1);
  let matrix = UNSPECIFIED;
  let primaries = UNSPECIFIED;
  let transfer = UNSPECIFIED;
  if (bits(1)) [primaries, transfer, matrix] = [bits(8), bits(8), bits(8)];
  // sRGB as planes is always of full range and says so with no bit of its own.
  const plainSrgb = primaries === 1 && transfer === 13 && matrix === IDENTITY && !grey;
  return { matrix, fullRange: plainSrgb || bits(1) === 1 };
}
