/**
 * The stack machine of a pickle, for plain values and NumPy arrays alone: nothing is imported, nothing is called but what
 * `numpy.ts` lists. The entries of the outermost list or dict are handed on as they are appended and then forgotten.
 */
import { called, allowed, built } from './numpy.ts';
import type { OpName } from './opcodes.ts';
import { PickleError } from './pickle-error.ts';
import { Global, NdArray, DType, Tuple, type PickleValue } from './values.ts';

/** An entry of the outermost list, or of the outermost dict with its key. */
export interface Entry {
  readonly key: PickleValue | undefined;
  readonly value: PickleValue;
}

/** What an opcode's argument came to. */
export type ArgumentValue = number | string | Uint8Array | readonly [string, string] | null;

export interface PickleLimits {
  /** Of what is held since the last entry was handed on. */
  readonly heldBytes: number;
  /** Of what stays because it is asked for again. */
  readonly keptBytes: number;
  /** Of one text or one array. */
  readonly valueBytes: number;
}

/** Python's pickler appends 1,000 at a time: so many of an outermost list are held at once. */
export const PICKLE_LIMITS: PickleLimits = {
  heldBytes: 256 * 1024 * 1024,
  keptBytes: 256 * 1024 * 1024,
  valueBytes: 64 * 1024 * 1024,
};

const STACK_MOST = 4_000_000;
/** Lists within lists; Python itself gives up at its recursion limit of 1,000. */
const NESTED_MOST = 1000;
/** Of a whole number. */
const LONG_BYTES = 64;
/** An entry of a list, or a value on the stack. */
const SLOT_BYTES = 16;

/** The outermost list or dict, which is never made. */
class Root {
  readonly kind: 'list' | 'dict';
  constructor(kind: Root['kind']) {
    this.kind = kind;
  }
}

type Slot = PickleValue | Root;

export class Machine {
  /** Entries that are ready; the caller takes them out. */
  readonly ready: Entry[] = [];
  readonly #again: ReadonlySet<number>;
  readonly #limits: PickleLimits;
  readonly #stack: Slot[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Lists, dicts and arrays of the memo: what is put into them stays. */
  readonly #keptContainers = new Set<unknown>();
  #memoized = 0;
  #root: Root | null = null;
  #heldBytes = 0;
  #keptBytes = 0;
  /** Something was put into what the memo keeps: all that is held stays for good, for all that is known. */
  #held = false;

  /** @param again numbers of the memo that are asked for again; others are not kept */
  constructor(again: ReadonlySet<number>, limits: PickleLimits) {
    this.#again = again;
    this.#limits = limits;
  }

  /** @returns whether it was the last one. @throws PickleError */
  step(name: OpName, argument: ArgumentValue): boolean {
    switch (name) {
      case 'PROTO':
        if ((argument as number) > 5)
          throw new PickleError('it is of a later protocol than 5', `${String(argument)}`);
        return false;
      case 'FRAME':
        return false;
      case 'STOP':
        if (this.#stack.length !== 1 || this.#stack[0] !== this.#root || !this.#root)
          throw notRecords(this.#stack[0]);
        return true;
      case 'NONE':
        return this.#push(null);
      case 'TRUE':
        return this.#push(true);
      case 'FALSE':
        return this.#push(false);
      case 'BININT':
      case 'BININT1':
      case 'BININT2':
      case 'BINFLOAT':
        return this.#push(argument as number);
      case 'LONG1':
      case 'LONG4':
        return this.#push(long(argument as Uint8Array));
      case 'SHORT_BINUNICODE':
      case 'BINUNICODE':
      case 'BINUNICODE8':
        return this.#push(argument as string, (argument as string).length * 2);
      case 'SHORT_BINBYTES':
      case 'BINBYTES':
      case 'BINBYTES8':
      case 'BYTEARRAY8':
        return this.#push(argument as Uint8Array, (argument as Uint8Array).length);
      case 'EMPTY_LIST':
      case 'EMPTY_DICT':
        return this.#container(name === 'EMPTY_LIST' ? 'list' : 'dict');
      case 'EMPTY_SET':
        return this.#push([], SLOT_BYTES);
      case 'EMPTY_TUPLE':
        return this.#push(new Tuple([]), SLOT_BYTES);
      case 'MARK':
        if (this.#marks.push(this.#stack.length) > NESTED_MOST)
          throw new PickleError('its lists are nested too deeply');
        return false;
      case 'POP':
        // Python takes a mark off as well where nothing lies on it.
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        return false;
      case 'POP_MARK':
        this.#popMark();
        return false;
      case 'DUP':
        return this.#push(this.#plain(this.#top()));
      case 'LIST':
        return this.#push(this.#popMark());
      case 'FROZENSET':
      case 'TUPLE':
        return this.#push(new Tuple(this.#popMark()));
      case 'DICT':
        return this.#push(new Map(pairs(this.#popMark())));
      case 'TUPLE1':
        return this.#push(new Tuple(this.#popMany(1)));
      case 'TUPLE2':
        return this.#push(new Tuple(this.#popMany(2)));
      case 'TUPLE3':
        return this.#push(new Tuple(this.#popMany(3)));
      case 'APPEND':
        this.#append(this.#popMany(1));
        return false;
      case 'APPENDS':
      case 'ADDITEMS':
        this.#append(this.#popMark());
        return false;
      case 'SETITEM':
        this.#set(this.#popMany(2));
        return false;
      case 'SETITEMS':
        this.#set(this.#popMark());
        return false;
      case 'BINGET':
      case 'LONG_BINGET':
        return this.#push(this.#recalled(argument as number));
      case 'BINPUT':
      case 'LONG_BINPUT':
        this.#keep(argument as number);
        return false;
      case 'MEMOIZE':
        this.#keep(this.#memoized);
        return false;
      case 'GLOBAL': {
        const [module, own] = argument as readonly [string, string];
        return this.#push(allowed(module, own));
      }
      case 'STACK_GLOBAL': {
        const [module, own] = this.#popMany(2);
        return this.#push(allowed(module!, own!));
      }
      case 'REDUCE': {
        const [callable, args] = this.#popMany(2);
        return this.#push(called(callable!, args!), SLOT_BYTES);
      }
      case 'BUILD': {
        const [state] = this.#popMany(1);
        const target = this.#plain(this.#top());
        built(target, state!);
        if (target instanceof NdArray && this.#keptContainers.has(target)) this.#charge(bytesOf(target));
        return false;
      }
    }
  }

  #container(kind: Root['kind']): false {
    if (this.#root || this.#stack.length > 0)
      return this.#push(kind === 'list' ? [] : new Map<PickleValue, PickleValue>(), SLOT_BYTES);
    this.#root = new Root(kind);
    this.#stack.push(this.#root);
    return false;
  }

  #push(value: PickleValue, bytes = 0): false {
    this.#heldBytes += bytes + SLOT_BYTES;
    if (this.#heldBytes > this.#limits.heldBytes) {
      throw new PickleError(
        `it would have more than ${mebibytes(this.#limits.heldBytes)} held at once`,
        null,
        'Save its records as one list of dicts, or in several files',
      );
    }
    if (this.#stack.push(value) > STACK_MOST) throw new PickleError('it has too many values at once');
    return false;
  }

  #top(): Slot {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length <= floor) throw new PickleError('it takes a value that is not there');
    return this.#stack.at(-1)!;
  }

  #pop(): Slot {
    const top = this.#top();
    this.#stack.pop();
    return top;
  }

  #popMany(n: number): PickleValue[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - n < floor) throw new PickleError('it takes a value that is not there');
    return this.#stack.splice(this.#stack.length - n).map((slot) => this.#plain(slot));
  }

  #popMark(): PickleValue[] {
    const from = this.#marks.pop();
    if (from === undefined) throw new PickleError('it takes values that are not there');
    return this.#stack.splice(from).map((slot) => this.#plain(slot));
  }

  /** The outermost list or dict lies at the bottom and nowhere else. */
  #plain(slot: Slot): PickleValue {
    if (slot instanceof Root) throw notRecords(slot);
    return slot;
  }

  #append(values: readonly PickleValue[]): void {
    const target = this.#top();
    if (target instanceof Root) {
      if (target.kind !== 'list') throw new PickleError('it appends to a dict');
      for (const value of values) this.ready.push({ key: undefined, value });
      this.#handOn();
      return;
    }
    if (!Array.isArray(target)) throw new PickleError('it appends to something that is no list');
    this.#changes(target);
    for (const value of values) target.push(value);
  }

  #set(flat: readonly PickleValue[]): void {
    const target = this.#top();
    if (target instanceof Root) {
      if (target.kind !== 'dict') throw new PickleError('it sets a key of a list');
      for (const [key, value] of pairs(flat)) this.ready.push({ key, value });
      this.#handOn();
      return;
    }
    if (!(target instanceof Map)) throw new PickleError('it sets a key of something that is no dict');
    this.#changes(target);
    for (const [key, value] of pairs(flat)) target.set(key, value);
  }

  #changes(target: PickleValue): void {
    if (this.#keptContainers.has(target)) this.#held = true;
  }

  /** What is ready is the caller's; only what the memo keeps stays. */
  #handOn(): void {
    if (this.#held) this.#charge(this.#heldBytes);
    this.#heldBytes = 0;
    this.#held = false;
  }

  #keep(index: number): void {
    const slot = this.#top();
    this.#memoized++;
    if (slot instanceof Root || !this.#again.has(index)) return;
    this.#memo.set(index, slot);
    if (typeof slot === 'string') this.#charge(slot.length * 2 + SLOT_BYTES);
    else if (slot instanceof Uint8Array) this.#charge(slot.length + SLOT_BYTES);
    else if (slot instanceof Global || slot instanceof DType) this.#charge(SLOT_BYTES);
    else if (slot instanceof Tuple) this.#held = true;
    else if (slot instanceof NdArray) {
      this.#keptContainers.add(slot);
      this.#charge(bytesOf(slot));
    } else if (typeof slot === 'object' && slot !== null) this.#keptContainers.add(slot);
  }

  #charge(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes <= this.#limits.keptBytes) return;
    throw new PickleError(
      `its records share more than ${mebibytes(this.#limits.keptBytes)} of values, which would have to be held`,
      null,
      'Save each record once, with arrays and texts of its own',
    );
  }

  #recalled(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value !== undefined || this.#memo.has(index)) return value!;
    throw new PickleError('it refers to its own list, or to a value that is not there');
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function bytesOf({ state }: NdArray): number {
  return SLOT_BYTES + (state?.bytes.length ?? 0);
}

function pairs(flat: readonly PickleValue[]): [PickleValue, PickleValue][] {
  if (flat.length % 2 !== 0) throw new PickleError('a dict has a key without a value');
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}

/** Little-endian two's complement. */
function long(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONG_BYTES)
    throw new PickleError('a whole number in it is too long', `${bytes.length} bytes`);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  const plain = Number(signed);
  return Number.isSafeInteger(plain) ? plain : signed;
}

function notRecords(found: Slot | undefined): PickleError {
  const what =
    found instanceof NdArray
      ? 'an array'
      : found instanceof Root || found instanceof Tuple
        ? 'something around a list'
        : found === undefined
          ? 'nothing'
          : `a ${typeof found}`;
  return new PickleError('it is no list of records', what);
}
