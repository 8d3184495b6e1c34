/**
 * Looks a frame over before anything is made of it: a few bytes can claim four thousand million values, and a decoder that
 * believes them makes room first. Nothing is allocated here but a stack of at most {@link MAX_DEPTH} numbers.
 */

/** Values of one message, keys of maps counted. The largest honest one, a batch over 100,000 samples, is well below half of it. */
export const MAX_VALUES = 500_000;
/** Maps and arrays within each other. The contract's deepest message has eight. */
export const MAX_DEPTH = 32;

export interface FrameLimits {
  readonly values: number;
  readonly depth: number;
}

const LIMITS: FrameLimits = { values: MAX_VALUES, depth: MAX_DEPTH };

/** Bytes that follow a fixed-size value's first byte, from 0xca (float 32) to 0xd3 (int 64). */
const FIXED: readonly number[] = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];

/**
 * Why a frame is no message that may be decoded, or null: a length beyond what remains of it, more values or deeper ones
 * than {@link FrameLimits} allow, an extension type (none is used here), bytes left over.
 */
export function frameProblem(frame: Uint8Array, limits: FrameLimits = LIMITS): string | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.byteLength;
  /** Values still to come, for each level. */
  const open: number[] = [1];
  let at = 0;
  let values = 0;
  while (open.length > 0) {
    const level = open.length - 1;
    if (open[level] === 0) {
      open.pop();
      continue;
    }
    open[level]!--;
    if (at >= end) return 'it ends in the middle of a message';
    if (++values > limits.values) return `it holds more than ${limits.values} values`;
    const head = readHead(view, at, end);
    if (typeof head === 'string') return head;
    at += head.bytes;
    if (at > end) return 'a length in it goes beyond its end';
    if (head.items === 0) continue;
    // Each of them takes a byte at least.
    if (head.items > end - at) return 'it claims more values than it has bytes';
    if (values + head.items > limits.values) return `it holds more than ${limits.values} values`;
    if (open.length > limits.depth) return `it is nested more than ${limits.depth} deep`;
    open.push(head.items);
  }
  return at === end ? null : 'bytes are left over behind its message';
}

/** One value's first bytes: how many bytes it takes itself, and how many values belong to it and follow. */
interface Head {
  readonly bytes: number;
  readonly items: number;
}

/** @returns words for a value that is not taken */
function readHead(view: DataView, at: number, end: number): Head | string {
  const type = view.getUint8(at);
  if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return leaf(1);
  if (type <= 0x8f) return { bytes: 1, items: 2 * (type & 0x0f) };
  if (type <= 0x9f) return { bytes: 1, items: type & 0x0f };
  if (type <= 0xbf) return leaf(1 + (type & 0x1f));
  if (type >= 0xca && type <= 0xd3) return leaf(1 + FIXED[type - 0xca]!);
  const size = SIZES[type];
  if (size === undefined) return 'it holds a value of a type that is not used here';
  if (at + 1 + size > end) return 'it ends in the middle of a message';
  const length =
    size === 1 ? view.getUint8(at + 1) : size === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1);
  if (type >= 0xde) return { bytes: 1 + size, items: 2 * length };
  if (type >= 0xdc) return { bytes: 1 + size, items: length };
  return leaf(1 + size + length);
}

function leaf(bytes: number): Head {
  return { bytes, items: 0 };
}

/** How many bytes tell the length: byte arrays, texts, arrays and maps. */
const SIZES: Readonly<Partial<Record<number, 1 | 2 | 4>>> = {
  0xc4: 1,
  0xc5: 2,
  0xc6: 4,
  0xd9: 1,
  0xda: 2,
  0xdb: 4,
  0xdc: 2,
  0xdd: 4,
  0xde: 2,
  0xdf: 4,
};
