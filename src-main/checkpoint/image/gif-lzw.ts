/** GIF's LZW: codes of growing width, least significant bit first, in chained blocks of up to 255 bytes. */

const MAX_BITS = 12;
const MAX_CODES = 1 << MAX_BITS;

/**
 * @param at where the code size stands
 * @param count pixels to unpack: what comes after them is ignored
 * @throws Error for an impossible code and when the data end before
 */
export function unpack(bytes: Uint8Array, at: number, count: number): Uint8Array {
  const rootBits = bytes[at] ?? 0;
  if (rootBits < 1 || rootBits >= MAX_BITS) throw new Error('a GIF with an impossible code size');
  const clear = 1 << rootBits;
  const end = clear + 1;
  // Code c is the string of `prefix[c]` followed by the byte `last[c]`; `first[c]` begins it.
  const prefix = new Int16Array(MAX_CODES);
  const last = new Uint8Array(MAX_CODES);
  const first = new Uint8Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES);
  for (let c = 0; c < clear; c++) {
    last[c] = first[c] = c;
    length[c] = 1;
  }
  const out = new Uint8Array(count);
  const codes = codeReader(bytes, at + 1);
  let written = 0;
  let bits = rootBits + 1;
  let next = end + 1;
  let previous = -1;
  while (written < count) {
    const code = codes(bits);
    if (code === clear) {
      bits = rootBits + 1;
      next = end + 1;
      previous = -1;
      continue;
    }
    if (code === end || code < 0) throw new Error('a GIF whose pixels end too early');
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > end)) {
      throw new Error('a GIF with an impossible code');
    }
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      first[next] = first[previous];
      last[next] = code === next ? first[previous] : first[code];
      length[next] = length[previous] + 1;
      next++;
      if (next === 1 << bits && bits < MAX_BITS) bits++;
    }
    if (code >= next) throw new Error('a GIF with an impossible code');
    // Written from its end; what is beyond the picture is cut off.
    const start = written;
    for (let c = code, i = start + length[code] - 1; i >= start; i--, c = prefix[c]) {
      if (i < count) out[i] = last[c];
    }
    written += length[code];
    previous = code;
  }
  return out;
}

/** Reads codes of a given width, −1 after the last block. */
function codeReader(bytes: Uint8Array, start: number): (bits: number) => number {
  let at = start;
  let left = 0;
  let buffer = 0;
  let held = 0;
  return (bits) => {
    while (held < bits) {
      if (left === 0) {
        left = bytes[at++] ?? 0;
        if (left === 0) return -1;
      }
      if (at >= bytes.length) return -1;
      buffer |= bytes[at++] << held;
      held += 8;
      left--;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    held -= bits;
    return code;
  };
}
