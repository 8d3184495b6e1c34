/**
 * A plain annotation of a COCO file read from its bytes: COCO's own fields, a box, polygons, no crowd. A million of them are read, and
 * parsing each as JSON takes most of an import. What is written in any other way is left to `annotationOf`, which says what is wrong.
 */
import type { Annotation } from './coco-annotation.ts';

const [QUOTE, COMMA, COLON, MINUS, DOT, ZERO, NINE] = [0x22, 0x2c, 0x3a, 0x2d, 0x2e, 0x30, 0x39];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

const FIELDS = ['id', 'image_id', 'category_id', 'iscrowd', 'area', 'bbox', 'segmentation'] as const;
type Field = (typeof FIELDS)[number];
const NAMES = FIELDS.map((name) => [name, Buffer.from(name)] as const);

/** Digits of a number of which every one counts in a double: fewer than 2^53 has, and 10^22 is a double (Clinger, PLDI 1990). */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, n) => 10 ** n);

/** Reads one annotation after the other, so that little is made for each. */
export class PlainAnnotations {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  /** The number that was read last. */
  #number = NaN;
  readonly #box = new Float64Array(4);

  /** The annotation that an object's bytes are; null: it is not plain. */
  read(bytes: Uint8Array): Annotation | null {
    this.#bytes = bytes;
    this.#at = 0;
    let [id, imageId, categoryId, crowd] = [NaN, NaN, NaN, 0];
    let [boxed, outlined] = [false, false];
    if (!this.#take(OBJECT)) return null;
    do {
      const field = this.#field();
      if (field === null || !this.#take(COLON)) return null;
      if (field === 'bbox') {
        if (!this.#readBox()) return null;
        boxed = true;
      } else if (field === 'segmentation') {
        const polygons = this.#polygons();
        if (polygons === null) return null;
        outlined = polygons;
      } else {
        if (!this.#readNumber()) return null;
        if (field === 'id') id = this.#number;
        else if (field === 'image_id') imageId = this.#number;
        else if (field === 'category_id') categoryId = this.#number;
        else if (field === 'iscrowd') crowd = this.#number;
      }
    } while (this.#take(COMMA));
    if (!this.#take(OBJECT_END) || this.#next() !== undefined) return null;
    const whole = Number.isSafeInteger;
    if (!boxed || crowd !== 0 || !whole(id) || !whole(imageId) || !whole(categoryId)) return null;
    const [x, y, width, height] = this.#box as unknown as readonly [number, number, number, number];
    if (!(width > 0 && height > 0)) return null;
    return { id, imageId, categoryId, box: [x, y, x + width, y + height], crowd: false, outlined };
  }

  /** The next byte that is no white space; undefined at the end. */
  #next(): number | undefined {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
  }

  #take(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at++;
    return true;
  }

  #field(): Field | null {
    if (!this.#take(QUOTE)) return null;
    for (const [name, letters] of NAMES) {
      if (this.#bytes[this.#at + letters.length] !== QUOTE || !this.#has(letters)) continue;
      this.#at += letters.length + 1;
      return name;
    }
    return null;
  }

  #has(letters: Uint8Array): boolean {
    for (let i = 0; i < letters.length; i++) if (this.#bytes[this.#at + i] !== letters[i]) return false;
    return true;
  }

  #readBox(): boolean {
    if (!this.#take(LIST)) return false;
    for (let i = 0; i < 4; i++) {
      if ((i > 0 && !this.#take(COMMA)) || !this.#readNumber()) return false;
      this.#box[i] = this.#number;
    }
    return this.#take(LIST_END);
  }

  /** Passes over a list of lists of numbers. @returns whether there is one in it; null: it is something else */
  #polygons(): boolean | null {
    if (!this.#take(LIST)) return null;
    if (this.#take(LIST_END)) return false;
    do {
      if (!this.#take(LIST)) return null;
      if (this.#take(LIST_END)) continue;
      do if (!this.#passNumber()) return null;
      while (this.#take(COMMA));
      if (!this.#take(LIST_END)) return null;
    } while (this.#take(COMMA));
    return this.#take(LIST_END) ? true : null;
  }

  /** Reads a number without an exponent, exactly; false: it is none, or has more digits than that. */
  #readNumber(): boolean {
    const negative = this.#take(MINUS);
    if (!isDigit(negative ? this.#bytes[this.#at] : this.#next())) return false;
    const begins = this.#at;
    let [value, digits, decimals] = [0, 0, 0];
    for (let dot = false; ; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (isDigit(byte)) {
        value = 10 * value + byte - ZERO;
        digits++;
        if (dot) decimals++;
      } else if (byte === DOT && !dot) dot = true;
      else break;
    }
    if (digits > MOST_DIGITS || !this.#isWhole(begins)) return false;
    value /= POWERS[decimals]!;
    this.#number = negative ? -value : value;
    return true;
  }

  #passNumber(): boolean {
    if (!isDigit(this.#take(MINUS) ? this.#bytes[this.#at] : this.#next())) return false;
    const begins = this.#at;
    const bytes = this.#bytes;
    let at = begins + 1;
    while (isDigit(bytes[at])) at++;
    if (bytes[at] === DOT) for (at++; isDigit(bytes[at]);) at++;
    this.#at = at;
    return this.#isWhole(begins);
  }

  /** Whether digits and a point from `begins` up to here are a number of JSON, of which nothing comes behind. */
  #isWhole(begins: number): boolean {
    const bytes = this.#bytes;
    if (bytes[begins] === ZERO && isDigit(bytes[begins + 1])) return false;
    const next = bytes[this.#at];
    return bytes[this.#at - 1] !== DOT && next !== DOT && next !== 0x65 && next !== 0x45;
  }
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
