/**
 * Browsers turn a picture by its EXIF orientation and no longer offer to leave that; but maps and boxes live in
 * stored pixels. So the orientation is taken out of a copy of the file's bytes before it is decoded.
 */

/** The same picture without EXIF data: JPEG, PNG and WebP; other formats carry none that browsers heed. */
export function withoutOrientation(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegWithout(bytes);
  if (text(bytes, 1, 3) === 'PNG') return pngWithout(bytes);
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WEBP') return webpWithout(bytes);
  return bytes;
}

/** Blanks the "Exif" mark of APP1 segments, which come before the scan. */
function jpegWithout(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = dataView(bytes);
  const copy = bytes.slice();
  const START_OF_SCAN = 0xda;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== START_OF_SCAN;) {
    if (bytes[at + 1] === 0xe1 && text(bytes, at + 4, 4) === 'Exif') copy.fill(0, at + 4, at + 8);
    at += 2 + view.getUint16(at + 2);
  }
  return copy;
}

/** Leaves the eXIf chunk out. */
function pngWithout(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = dataView(bytes);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (text(bytes, at + 4, 4) === 'eXIf' && end <= bytes.length) {
      const copy = new Uint8Array(bytes.length - (end - at));
      copy.set(bytes.subarray(0, at));
      copy.set(bytes.subarray(end), at);
      return copy;
    }
    at = end;
  }
  return bytes;
}

/** Renames the EXIF chunk, which decoders then skip, and clears the flag that announces it. */
function webpWithout(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = dataView(bytes);
  const copy = bytes.slice();
  const EXIF_FLAG = 0x08;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const kind = text(bytes, at, 4);
    if (kind === 'VP8X') copy[at + 8] = copy[at + 8]! & ~EXIF_FLAG;
    if (kind === 'EXIF') copy.set([0x4e, 0x4f, 0x4e, 0x45], at);
    at += 8 + size + (size % 2);
  }
  return copy;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
