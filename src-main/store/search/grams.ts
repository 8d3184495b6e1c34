/**
 * Which pieces of text a block of searched text holds, as a bit set: each three characters in a row is one bit, and beyond
 * ASCII each one and each two as well, for scripts that say much in few characters. A block whose bits lack one of a query's
 * cannot hold it; one that has them all may, and is looked through. Nothing is missed by it.
 */

/** Two rows of them fit a page of the database. */
export const GRAM_BYTES = 2000;
const BITS = GRAM_BYTES * 8;
const ASCII_END = 0x80;

/** The bits of all pieces of `text`. */
export function gramsOf(text: string): Uint8Array {
  const bits = new Uint8Array(GRAM_BYTES);
  eachGram(text, (bit) => {
    bits[bit >> 3]! |= 1 << (bit & 7);
  });
  return bits;
}

/** The bits that whatever holds `needle` has; none for one or two characters of ASCII. */
export function needleBits(needle: string): readonly number[] {
  const bits = new Set<number>();
  eachGram(needle, (bit) => bits.add(bit));
  return [...bits];
}

function eachGram(text: string, take: (bit: number) => void): void {
  let [before, last] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (i >= 2) take(bitOf((before * 31 + last) * 31 + code));
    if (code >= ASCII_END) {
      take(bitOf(code));
      if (i >= 1) take(bitOf(last * 37 + code));
    }
    before = last;
    last = code;
  }
}

/** Multiplicative hashing by 2^32 ÷ the golden ratio (Knuth, TAOCP 3, 6.4). */
function bitOf(key: number): number {
  return (Math.imul(key, 0x9e3779b1) >>> 8) % BITS;
}
