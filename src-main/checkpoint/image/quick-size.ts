/**
 * The size of a plain PNG or JPEG out of its first bytes, checked as far as a decoder checks a header: a hundred thousand
 * pictures are looked at in seconds. Whatever is not plainly right (another kind, a part that is rare, a wrong checksum,
 * a header that goes on behind these bytes) is none of its business, and `openPicture` has the say.
 */
import { crc32 } from 'node:zlib';

/** So many bytes are enough for most headers; those with a preview picture take more. */
export const QUICK_BYTES = 1 << 16;

const PNG_MARK = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bit depths by colour type (PNG specification, table 11.1). */
const PNG_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const PNG_HEADER_BYTES = 13;
const PALETTE = 3;
/** Chunks before the pixels that say nothing about size or pixels that `openPicture` would have to judge. */
const PNG_PLAIN = new Set(['PLTE', 'pHYs', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'tEXt', 'tIME', 'bKGD']);

const SOI = 0xd8;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const COM = 0xfe;
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;

/**
 * @param head the first bytes of a file, {@link QUICK_BYTES} of them or all there are
 * @returns width and height in stored pixels, or null: ask `openPicture`
 */
export function quickSize(head: Buffer): readonly [width: number, height: number] | null {
  if (head.length > 33 && head.subarray(0, 8).equals(PNG_MARK)) return pngSize(head);
  if (head.length > 4 && head[0] === 0xff && head[1] === SOI) return jpegSize(head);
  return null;
}

function pngSize(head: Buffer): readonly [number, number] | null {
  let size: readonly [number, number] | null = null;
  let [palette, needsPalette] = [false, false];
  for (let at = 8; at + 12 <= head.length;) {
    const length = head.readUInt32BE(at);
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return size !== null && (palette || !needsPalette) && length > 0 ? size : null;
    const end = at + 8 + length;
    if (end + 4 > head.length || crc32(head.subarray(at + 4, end)) !== head.readUInt32BE(end)) return null;
    if (size === null) {
      if (type !== 'IHDR' || length !== PNG_HEADER_BYTES) return null;
      const [depth, colour, compression, filter, interlace] = head.subarray(
        at + 16,
        end,
      ) as unknown as number[];
      if (!PNG_DEPTHS[colour!]?.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1)
        return null;
      size = bounded(head.readUInt32BE(at + 8), head.readUInt32BE(at + 12));
      if (size === null) return null;
      needsPalette = colour === PALETTE;
    } else if (!PNG_PLAIN.has(type)) {
      return null;
    } else if (type === 'PLTE') {
      if (palette || length === 0 || length % 3 !== 0 || length > 768) return null;
      palette = true;
    }
    at = end + 4;
  }
  return null;
}

function jpegSize(head: Buffer): readonly [number, number] | null {
  let size: readonly [number, number] | null = null;
  let parts = 0;
  let [tables, codes] = [false, false];
  for (let at = 2; at + 4 <= head.length;) {
    const marker = head[at + 1]!;
    const end = at + 2 + head.readUInt16BE(at + 2);
    if (head[at] !== 0xff || end < at + 4 || end > head.length) return null;
    const body = head.subarray(at + 4, end);
    if (marker === SOS) {
      const whole = body[0]! >= 1 && body[0]! <= parts && body.length === 4 + 2 * body[0]!;
      return whole && tables && codes ? size : null;
    }
    if (marker === BASELINE || marker === PROGRESSIVE) {
      parts = body[5] ?? 0;
      if (size !== null || body[0] !== 8 || ![1, 3].includes(parts) || body.length !== 6 + 3 * parts)
        return null;
      for (let i = 6; i < body.length; i += 3) {
        const [across, down] = [body[i + 1]! >> 4, body[i + 1]! & 15];
        if (across < 1 || across > 4 || down < 1 || down > 4 || body[i + 2]! > 3) return null;
      }
      size = bounded(body.readUInt16BE(3), body.readUInt16BE(1));
      if (size === null) return null;
    } else if (marker === DQT) {
      if (!wholeQuantisation(body)) return null;
      tables = true;
    } else if (marker === DHT) {
      if (!wholeCodes(body)) return null;
      codes = true;
    } else if (marker === DRI ? body.length !== 2 : marker !== COM && (marker < 0xe0 || marker > 0xef)) {
      return null;
    }
    at = end;
  }
  return null;
}

function wholeQuantisation(body: Buffer): boolean {
  let at = 0;
  while (at < body.length) {
    if (body[at]! >> 4 > 1 || (body[at]! & 15) > 3) return false;
    at += 1 + (body[at]! >> 4 === 1 ? 128 : 64);
  }
  return at === body.length && at > 0;
}

function wholeCodes(body: Buffer): boolean {
  let at = 0;
  while (at < body.length) {
    if (at + 17 > body.length || body[at]! >> 4 > 1 || (body[at]! & 15) > 3) return false;
    let count = 0;
    for (let i = 1; i <= 16; i++) count += body[at + i]!;
    if (count > 256) return false;
    at += 17 + count;
  }
  return at === body.length && at > 0;
}

/** Sides that no limit of `openPicture` is near. */
function bounded(width: number, height: number): readonly [number, number] | null {
  return width >= 1 && height >= 1 && width * height <= 100_000_000 ? [width, height] : null;
}
