/** What a GIF says before the pixels of its first frame. Every length is checked against the bytes that are there. */

export interface GifFrame {
  /** Of the canvas: the screen, grown to hold the frame. */
  readonly size: readonly [width: number, height: number];
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** The index that is transparent, or null. */
  readonly transparent: number | null;
  /** The frame's own colours, else the screen's, else null: `[n, 3]`. */
  readonly palette: Uint8Array | null;
  /** Where the code size stands, right before the packed pixels. */
  readonly dataAt: number;
}

const EXTENSION = 0x21;
const DESCRIPTOR = 0x2c;
const GRAPHIC_CONTROL = 0xf9;

/** @throws Error when there is no frame. */
export function firstFrame(bytes: Uint8Array): GifFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u8 = (at: number) => view.getUint8(at);
  let at = 13;
  const screen = [u16(6), u16(8)] as const;
  const screenFlags = u8(10);
  let palette: Uint8Array | null = null;
  if (screenFlags & 0x80) {
    palette = table(bytes, at, screenFlags);
    at += palette.length;
  }
  let transparent: number | null = null;
  for (;;) {
    const kind = u8(at);
    if (kind === DESCRIPTOR) break;
    if (kind === 0x3b) throw new Error('a GIF without a frame');
    // Anything between the blocks is skipped, as Pillow does.
    if (kind !== EXTENSION) {
      at++;
      continue;
    }
    if (u8(at + 1) === GRAPHIC_CONTROL && u8(at + 2) >= 4 && u8(at + 3) & 1) transparent = u8(at + 6);
    at = afterBlocks(bytes, at + 2);
  }
  const [left, top, width, height] = [u16(at + 1), u16(at + 3), u16(at + 5), u16(at + 7)];
  const flags = u8(at + 9);
  at += 10;
  if (flags & 0x80) {
    palette = table(bytes, at, flags);
    at += palette.length;
  }
  const size = [Math.max(screen[0], left + width), Math.max(screen[1], top + height)] as const;
  if (width === 0 || height === 0) throw new Error('a GIF whose frame is empty');
  return {
    size,
    left,
    top,
    width,
    height,
    interlaced: (flags & 0x40) !== 0,
    transparent,
    palette,
    dataAt: at,
  };
}

/** The place after a chain of sub-blocks that starts at `at`. */
function afterBlocks(bytes: Uint8Array, at: number): number {
  for (let i = at; i < bytes.length; i += bytes[i] + 1) if (bytes[i] === 0) return i + 1;
  throw new Error('a GIF that ends too early');
}

function table(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  const length = 3 << ((flags & 7) + 1);
  if (at + length > bytes.length) throw new Error('a GIF that ends too early');
  return bytes.subarray(at, at + length);
}

/**
 * The colour of each of 256 indices, `[256, 3]`. Beyond the table it is black, as in Pillow; and a grey of the index where there is
 * no table or only one that is such a grey itself, because Pillow then reads the frame as grey.
 */
export function colourTable(palette: Uint8Array | null): Uint8Array {
  const grey = palette === null || palette.every((value, i) => value === Math.floor(i / 3));
  const table = new Uint8Array(256 * 3);
  if (grey) return table.map((_, i) => Math.floor(i / 3));
  table.set(palette);
  return table;
}
