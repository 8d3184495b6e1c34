/**
 * Just enough of Python's pickle (protocol 3) to write a list of dicts of text, numbers and NumPy float32 arrays,
 * record by record. Pickles are only ever written here: reading one runs code.
 *
 * Arrays are spelled the way NumPy pickles itself (`_reconstruct`, then state), which 1.x and 2.x both load as
 * ordinary writable arrays.
 */

/** A float32 array of one or two axes, C order. */
export interface PickleArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type PickleValue = string | number | PickleArray;

// Slots of the memo that `pickleHeader` fills.
const RECONSTRUCT = 0;
const NDARRAY = 1;
const FLOAT32 = 2;

const op = (text: string): Buffer => Buffer.from(text, 'latin1');
const global = (module: string, name: string): Buffer => op(`c${module}\n${name}\n`);
const recall = (slot: number): Buffer => Buffer.from([0x68, slot]);
/** Keeps the top of the stack in a memo slot and takes it off. */
const keep = (slot: number): Buffer => Buffer.from([0x71, slot, 0x30]);
const NONE = op('N');
const TRUE = op('\x88');
const FALSE = op('\x89');
const MARK = op('(');
const TUPLE = op('t');
const REDUCE = op('R');
const BUILD = op('b');

/** What a file starts with: protocol, the objects every array shares, the empty list. */
export function pickleHeader(): Buffer {
  const dtypeArguments = Buffer.concat([text('f4'), FALSE, TRUE, op('\x87'), REDUCE]);
  const dtypeState = [integer(3), text('<'), NONE, NONE, NONE, integer(-1), integer(-1), integer(0)];
  return Buffer.concat([
    op('\x80\x03'),
    global('numpy.core.multiarray', '_reconstruct'),
    keep(RECONSTRUCT),
    global('numpy', 'ndarray'),
    keep(NDARRAY),
    global('numpy', 'dtype'),
    dtypeArguments,
    MARK,
    ...dtypeState,
    TUPLE,
    BUILD,
    keep(FLOAT32),
    op(']'),
  ]);
}

/** One dict, appended to the list. Keys keep their order. */
export function pickleRecord(record: Readonly<Record<string, PickleValue>>): Buffer {
  const pairs = Object.entries(record).flatMap(([key, item]) => [text(key), value(item)]);
  return Buffer.concat([op('}('), ...pairs, op('u'), op('a')]);
}

/** What a file ends with. */
export function pickleFooter(): Buffer {
  return op('.');
}

function value(item: PickleValue): Buffer {
  if (typeof item === 'string') return text(item);
  if (typeof item === 'number') return Number.isInteger(item) ? integer(item) : float(item);
  return array(item);
}

function text(content: string): Buffer {
  const bytes = Buffer.from(content, 'utf8');
  return Buffer.concat([op('X'), uint32(bytes.length), bytes]);
}

/** Within 32 bits; larger whole numbers are written as floats. */
function integer(n: number): Buffer {
  if (n >= 0 && n < 256) return Buffer.from([0x4b, n]);
  if (n !== (n | 0)) return float(n);
  const out = Buffer.alloc(5, 'J');
  out.writeInt32LE(n, 1);
  return out;
}

function float(n: number): Buffer {
  const out = Buffer.alloc(9, 'G');
  out.writeDoubleBE(n, 1);
  return out;
}

function array({ shape, data }: PickleArray): Buffer {
  if (shape.reduce((a, n) => a * n, 1) !== data.length) {
    throw new RangeError(`an array of shape [${shape.join(', ')}] cannot have ${data.length} values`);
  }
  const bytes = Buffer.alloc(data.length * 4);
  data.forEach((x, i) => bytes.writeFloatLE(x, i * 4));
  return Buffer.concat([
    recall(RECONSTRUCT),
    recall(NDARRAY),
    integer(0),
    op('\x85'),
    op('C\x01b'),
    op('\x87'),
    REDUCE,
    MARK,
    integer(1),
    MARK,
    ...shape.map(integer),
    TUPLE,
    recall(FLOAT32),
    FALSE,
    op('B'),
    uint32(bytes.length),
    bytes,
    TUPLE,
    BUILD,
  ]);
}

function uint32(n: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(n);
  return out;
}
