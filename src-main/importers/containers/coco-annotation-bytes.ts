/**
 * Plain annotations of a COCO file read from the bytes they stand in: COCO's own fields, a box, polygons, no crowd. A million of them are
 * read, and finding where each ends before it is parsed as JSON takes most of an import. What is written in any other way, or goes
 * on in the next piece of the file, is left to `annotationOf`, which says what is wrong.
 */

const [QUOTE, COMMA, COLON, MINUS, DOT, ZERO, NINE, LF] = [0x22, 0x2c, 0x3a, 0x2d, 0x2e, 0x30, 0x39, 0x0a];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

const FIELDS = ['id', 'image_id', 'category_id', 'iscrowd', 'area', 'bbox', 'segmentation'] as const;
const LETTERS = FIELDS.map((name) => Buffer.from(name));
/** Places in {@link FIELDS} by the second letter, in which all of them differ; -1: none has it. */
const BY_SECOND = new Int8Array(256).fill(-1);
for (const [place, letters] of LETTERS.entries()) BY_SECOND[letters[1]!] = place;
const [ID, IMAGE_ID, CATEGORY_ID, CROWD, , BOX, SEGMENTATION] = FIELDS.keys();

/** Digits of a number of which every one counts in a double: fewer than 2^53 has, and 10^22 is a double (Clinger, PLDI 1990). */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, n) => 10 ** n);

/** Reads one annotation after the other, so that nothing is made for each: its fields are those of the one that was taken last. */
export class PlainAnnotations {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #lines = 0;
  /** The number that was read last. */
  #number = NaN;
  id = NaN;
  imageId = NaN;
  categoryId = NaN;
  /** In pixels, with exclusive maxima. */
  readonly box = new Float64Array(4);
  /** Whether it has a polygon. */
  outlined = false;

  /** Ends of lines within what was taken last. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Reads the annotation that begins at `from`, an element of a list.
   * @returns where the comma or the end of the list behind it stands; -1: it is not plain, or its end is not in these bytes
   */
  take(bytes: Uint8Array, from: number): number {
    this.#bytes = bytes;
    this.#at = from;
    this.#lines = 0;
    let [id, imageId, categoryId, crowd] = [NaN, NaN, NaN, 0];
    let [boxed, outlined] = [false, false];
    if (!this.#take(OBJECT)) return -1;
    do {
      const field = this.#field();
      if (field < 0 || !this.#take(COLON)) return -1;
      if (field === BOX) {
        if (!this.#readBox()) return -1;
        boxed = true;
      } else if (field === SEGMENTATION) {
        const polygons = this.#polygons();
        if (polygons === null) return -1;
        outlined = polygons;
      } else {
        if (!this.#readNumber()) return -1;
        if (field === ID) id = this.#number;
        else if (field === IMAGE_ID) imageId = this.#number;
        else if (field === CATEGORY_ID) categoryId = this.#number;
        else if (field === CROWD) crowd = this.#number;
      }
    } while (this.#take(COMMA));
    if (!this.#take(OBJECT_END)) return -1;
    const behind = this.#next();
    if (behind !== COMMA && behind !== LIST_END) return -1;
    const whole = Number.isSafeInteger;
    if (!boxed || crowd !== 0 || !whole(id) || !whole(imageId) || !whole(categoryId)) return -1;
    const { box } = this;
    if (!(box[2]! > 0 && box[3]! > 0)) return -1;
    box[2]! += box[0]!;
    box[3]! += box[1]!;
    this.id = id;
    this.imageId = imageId;
    this.categoryId = categoryId;
    this.outlined = outlined;
    return this.#at;
  }

  /** The next byte that is no white space; undefined at the end. */
  #next(): number | undefined {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== LF && byte !== 0x0d && byte !== 0x09) return byte;
      if (byte === LF) this.#lines++;
      this.#at++;
    }
  }

  #take(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The name of a field, as its place in {@link FIELDS}; -1: it is none of those. */
  #field(): number {
    if (!this.#take(QUOTE)) return -1;
    const bytes = this.#bytes;
    const begins = this.#at;
    const field = BY_SECOND[bytes[begins + 1] ?? 0]!;
    if (field < 0) return -1;
    const letters = LETTERS[field]!;
    const { length } = letters;
    if (bytes[begins + length] !== QUOTE) return -1;
    for (let i = 0; i < length; i++) if (bytes[begins + i] !== letters[i]) return -1;
    this.#at += length + 1;
    return field;
  }

  #readBox(): boolean {
    if (!this.#take(LIST)) return false;
    for (let i = 0; i < 4; i++) {
      if ((i > 0 && !this.#take(COMMA)) || !this.#readNumber()) return false;
      this.box[i] = this.#number;
    }
    return this.#take(LIST_END);
  }

  /** Passes over a list of lists of numbers. @returns whether there is one in it; null: it is something else */
  #polygons(): boolean | null {
    if (!this.#take(LIST)) return null;
    if (this.#take(LIST_END)) return false;
    do {
      if (!this.#take(LIST)) return null;
      if (!this.#take(LIST_END) && !this.#passNumbers()) return null;
    } while (this.#take(COMMA));
    return this.#take(LIST_END) ? true : null;
  }

  /** Reads a number without an exponent, exactly; false: it is none, or has more digits than that. */
  #readNumber(): boolean {
    const negative = this.#take(MINUS);
    if (!isDigit(negative ? this.#bytes[this.#at] : this.#next())) return false;
    const bytes = this.#bytes;
    const begins = this.#at;
    let at = begins;
    let [value, digits, decimals] = [0, 0, 0];
    for (let dot = false; ; at++) {
      const byte = bytes[at];
      if (isDigit(byte)) {
        value = 10 * value + byte - ZERO;
        digits++;
        if (dot) decimals++;
      } else if (byte === DOT && !dot) dot = true;
      else break;
    }
    this.#at = at;
    if (digits > MOST_DIGITS || !isWhole(bytes, begins, at)) return false;
    value /= POWERS[decimals]!;
    this.#number = negative ? -value : value;
    return true;
  }

  /** Passes over the numbers of a list up to behind its end; most of a file is polygons. */
  #passNumbers(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    for (;;) {
      let byte = bytes[at];
      while (byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09) {
        if (byte === LF) this.#lines++;
        byte = bytes[++at];
      }
      if (byte === MINUS) byte = bytes[++at];
      if (!isDigit(byte)) return false;
      const begins = at;
      do byte = bytes[++at];
      while (isDigit(byte));
      if (byte === DOT) {
        do byte = bytes[++at];
        while (isDigit(byte));
      }
      if (!isWhole(bytes, begins, at)) return false;
      while (byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09) {
        if (byte === LF) this.#lines++;
        byte = bytes[++at];
      }
      at++;
      if (byte === COMMA) continue;
      this.#at = at;
      return byte === LIST_END;
    }
  }
}

/** Whether digits and a point from `begins` up to `end` are a number of JSON, of which nothing comes behind. */
function isWhole(bytes: Uint8Array, begins: number, end: number): boolean {
  if (bytes[begins] === ZERO && isDigit(bytes[begins + 1])) return false;
  const next = bytes[end];
  return bytes[end - 1] !== DOT && next !== DOT && next !== 0x65 && next !== 0x45;
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
