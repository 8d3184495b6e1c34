/**
 * Annotations of a COCO file as columns of numbers: some 50 bytes each, so that a million of them are grouped by their picture
 * without a million objects.
 */

/** Rows of one block; blocks are added as they fill. */
const BLOCK = 1 << 16;

/** A truth of one picture, in pixels. */
export interface CocoObject {
  /** Null: it has none. */
  readonly id: number | null;
  /** Index in the list of categories. */
  readonly category: number;
  readonly box: readonly [x0: number, y0: number, x1: number, y1: number];
  readonly crowd: boolean;
  /** It has a polygon or a mask, of which the box alone is kept. */
  readonly outlined: boolean;
}

/** A truth whose box is in a block of numbers. */
export type PlainObject = Omit<CocoObject, 'box'> & { readonly box: Float64Array };

interface Block {
  readonly ids: Float64Array;
  readonly pictures: Int32Array;
  readonly categories: Int32Array;
  /** Four a row. */
  readonly boxes: Float64Array;
  readonly flags: Uint8Array;
}

const [CROWD, OUTLINED, HAS_ID] = [1, 2, 4];

export class CocoTable {
  readonly #blocks: Block[] = [];
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** @param picture its place in the file's list of pictures */
  add(picture: number, { id, category, box, crowd, outlined }: CocoObject | PlainObject): void {
    const at = this.#rows % BLOCK;
    if (at === 0) this.#blocks.push(newBlock());
    const block = this.#blocks.at(-1)!;
    block.ids[at] = id ?? 0;
    block.pictures[at] = picture;
    block.categories[at] = category;
    const corner = 4 * at;
    for (let i = 0; i < 4; i++) block.boxes[corner + i] = box[i]!;
    block.flags[at] = (crowd ? CROWD : 0) | (outlined ? OUTLINED : 0) | (id === null ? 0 : HAS_ID);
    this.#rows++;
  }

  clear(): void {
    this.#blocks.length = 0;
    this.#rows = 0;
  }

  /** Which rows each picture of `[from, to)` has, in the order of the file. */
  byPicture(from: number, to: number): (picture: number) => CocoObject[] {
    const starts = new Int32Array(to - from + 1);
    this.#each((picture) => void starts[picture - from + 1]!++);
    for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    const next = starts.slice();
    const order = new Int32Array(this.#rows);
    this.#each((picture, row) => void (order[next[picture - from]!++] = row));
    return (picture) => {
      const objects: CocoObject[] = [];
      const end = starts[picture - from + 1]!;
      for (let i = starts[picture - from]!; i < end; i++) objects.push(this.#row(order[i]!));
      return objects;
    };
  }

  #each(visit: (picture: number, row: number) => void): void {
    for (let row = 0; row < this.#rows; row++)
      visit(this.#blocks[Math.floor(row / BLOCK)]!.pictures[row % BLOCK]!, row);
  }

  #row(row: number): CocoObject {
    const block = this.#blocks[Math.floor(row / BLOCK)]!;
    const at = row % BLOCK;
    const flags = block.flags[at]!;
    const { boxes } = block;
    const corner = 4 * at;
    return {
      id: flags & HAS_ID ? block.ids[at]! : null,
      category: block.categories[at]!,
      box: [boxes[corner]!, boxes[corner + 1]!, boxes[corner + 2]!, boxes[corner + 3]!],
      crowd: (flags & CROWD) !== 0,
      outlined: (flags & OUTLINED) !== 0,
    };
  }
}

function newBlock(): Block {
  return {
    ids: new Float64Array(BLOCK),
    pictures: new Int32Array(BLOCK),
    categories: new Int32Array(BLOCK),
    boxes: new Float64Array(4 * BLOCK),
    flags: new Uint8Array(BLOCK),
  };
}

/** From numbers (ids of pictures) to their places: 12 bytes each, where a Map takes 40 and more. */
export class NumberIndex {
  readonly #sorted: Float64Array;
  readonly #places: Int32Array;

  /** @param ids in their order; of equal ones the first counts */
  constructor(ids: readonly number[] | Float64Array) {
    const order = Int32Array.from({ length: ids.length }, (_, i) => i).sort(
      (a, b) => ids[a]! - ids[b]! || a - b,
    );
    this.#places = order;
    this.#sorted = Float64Array.from(order, (i) => ids[i]!);
  }

  /** -1: it is not there. */
  placeOf(id: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low] === id ? this.#places[low]! : -1;
  }
}

/**
 * Which texts were met, by 64 bits of each: 16 to 32 bytes a text. Of a million, two that differ are taken for equal in one of
 * 30 million files; whoever refuses one says so.
 */
export class TextSet {
  #size = 0;
  /** Two halves of a hash a slot; 0, 0 is free. */
  #slots = new Uint32Array(2 * 1024);

  /** @returns whether it was not met before */
  add(text: string): boolean {
    let [a, b] = [0x811c9dc5, 0x9747b28c];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul((b ^ code) + (b >>> 15), 0x85ebca6b);
    }
    if (4 * this.#size > this.#slots.length) this.#grow();
    const isNew = insert(this.#slots, a >>> 0, (b | 1) >>> 0);
    if (isNew) this.#size++;
    return isNew;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) insert(this.#slots, old[i]!, old[i + 1]!);
  }
}

/** @param b never 0. @returns whether it was not there */
function insert(slots: Uint32Array, a: number, b: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = (a ^ (b >>> 7)) & mask; ; slot = (slot + 1) & mask) {
    const [x, y] = [slots[2 * slot]!, slots[2 * slot + 1]!];
    if (y === 0) {
      slots[2 * slot] = a;
      slots[2 * slot + 1] = b;
      return true;
    }
    if (x === a && y === b) return false;
  }
}
