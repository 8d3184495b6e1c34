/**
 * One coded AV1 picture in the smallest AVIF file around it, with planes declared to be green, blue and red (matrix
 * "identity", full range): a decoder then hands them out as they are, and there is nothing else in the file to obey.
 */

/** @param codec payload of the `av1C` box; @param data the coded picture. */
export function wrapAv1(
  data: Uint8Array,
  codec: Uint8Array,
  [width, height]: readonly [width: number, height: number],
): Uint8Array {
  const ftyp = box('ftyp', 'avif', u32(0), 'avifmif1miaf');
  const meta = (offset: number) =>
    box(
      'meta',
      u32(0),
      box('hdlr', u32(0), u32(0), 'pict', u32(0), u32(0), u32(0), [0]),
      box('pitm', u32(0), u16(1)),
      // Offsets and lengths of four bytes, no base; one item in one piece.
      box('iloc', u32(0), [0x44, 0], u16(1), u16(1), u16(0), u16(1), u32(offset), u32(data.length)),
      box('iinf', u32(0), u16(1), box('infe', [2, 0, 0, 0], u16(1), u16(0), 'av01', [0])),
      box(
        'iprp',
        box(
          'ipco',
          box('ispe', u32(0), u32(width), u32(height)),
          box('av1C', codec),
          // Primaries and transfer "unspecified", matrix identity, full range.
          box('colr', 'nclx', u16(2), u16(2), u16(0), [0x80]),
        ),
        // Item 1 has all three; the codec is essential.
        box('ipma', u32(0), u32(1), u16(1), [3, 1, 0x82, 3]),
      ),
    );
  const before = ftyp.length + meta(0).length + 8;
  return new Uint8Array(Buffer.concat([ftyp, meta(before), box('mdat', data)]));
}

type Part = string | Uint8Array | readonly number[];

function box(kind: string, ...parts: readonly Part[]): Uint8Array {
  const bodies = parts.map((part) =>
    typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part),
  );
  const size = bodies.reduce((sum, { length }) => sum + length, 8);
  return Buffer.concat([Uint8Array.from(u32(size)), Buffer.from(kind, 'latin1'), ...bodies]);
}

function u16(value: number): number[] {
  return [value >> 8, value & 255];
}

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
