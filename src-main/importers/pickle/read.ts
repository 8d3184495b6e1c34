/**
 * Records out of a Python pickle without running it: a list of dicts, or a dict of them, entry by entry. The file is walked
 * over twice; of a file of any size one batch of Python's pickler (1,000 records) is held, and what records share.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { PickleBytes } from './bytes.ts';
import { type ArgumentValue, type Entry, Machine, PICKLE_LIMITS, type PickleLimits } from './machine.ts';
import { opcodeAt } from './opcode-at.ts';
import type { Argument, OpName } from './opcodes.ts';
import { PickleError } from './pickle-error.ts';
import { askedAgain } from './scan.ts';

const PROTO = 0x80;

/** A file that can be walked over from its start more than once. */
export interface PickleFile {
  /** For messages. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Whether bytes are the start of a pickle of protocol 2 or later. */
export function startsAsPickle(bytes: Uint8Array): boolean {
  return bytes[0] === PROTO && bytes[1] !== undefined && bytes[1] >= 2 && bytes[1] <= 5;
}

/**
 * The entries of a pickle's outermost list or dict in its order.
 * @throws FoveaError `bad_input` for what is no such pickle, by name and with the byte where it shows; what `chunks` throws
 */
export async function* readPickle(
  file: PickleFile,
  limits: PickleLimits = PICKLE_LIMITS,
): AsyncGenerator<Entry, void, undefined> {
  const first = open(file);
  const again = await said(file, first.bytes, () => askedAgain(first.bytes)).finally(first.close);
  const { bytes, close } = open(file);
  const machine = new Machine(again, limits);
  try {
    for (let last = false; !last;) {
      last = await said(file, bytes, () => untilReady(bytes, machine, limits));
      yield* machine.ready;
      machine.ready.length = 0;
    }
  } finally {
    await close();
  }
}

/** Goes on until entries are ready. @returns whether the pickle has ended */
async function untilReady(bytes: PickleBytes, machine: Machine, limits: PickleLimits): Promise<boolean> {
  while (machine.ready.length === 0) {
    const { name, argument } = await opcodeAt(bytes);
    const value = argument === 0 ? null : await argumentOf(bytes, name, argument, limits);
    if (machine.step(name, value)) return true;
  }
  return false;
}

async function argumentOf(
  bytes: PickleBytes,
  name: OpName,
  argument: Argument,
  limits: PickleLimits,
): Promise<ArgumentValue> {
  switch (argument) {
    case 0:
      return null;
    case 'two lines':
      return [await bytes.line(), await bytes.line()];
    case 'counted1':
      return counted(bytes, name, bytes.uint(1), limits);
    case 'counted4':
      return counted(bytes, name, bytes.uint(4), limits);
    case 'counted8':
      return counted(bytes, name, bytes.uint(8), limits);
    case 8:
      if (name === 'BINFLOAT') return bytes.double();
      bytes.require(bytes.uint(8));
      return null;
    case 4:
      return name === 'BININT' ? bytes.int() : bytes.uint(4);
    default:
      return bytes.uint(argument);
  }
}

async function counted(
  bytes: PickleBytes,
  name: OpName,
  n: number,
  { valueBytes }: PickleLimits,
): Promise<string | Uint8Array> {
  bytes.require(n);
  if (n > valueBytes) throw new PickleError('a value in it is too large', `${n} bytes`);
  const taken = await bytes.take(n);
  return name.endsWith('UNICODE') || name === 'BINUNICODE8' ? textOf(taken) : taken;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PickleError('a text in it is not UTF-8', null, 'Save its texts as ordinary str', { cause });
  }
}

function open(file: PickleFile): { readonly bytes: PickleBytes; readonly close: () => Promise<void> } {
  const chunks = file.chunks()[Symbol.asyncIterator]();
  return {
    bytes: new PickleBytes(chunks, file.size),
    close: async () => {
      await chunks.return?.();
    },
  };
}

/** With a pickle's problems as errors that name the file and the byte. */
async function said<T>(file: PickleFile, bytes: PickleBytes, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PickleError)) throw thrown;
    const { message, value, next } = thrown;
    throw new FoveaError(
      'bad_input',
      `the pickle cannot be read: ${message}${value === null ? '' : ` (${value})`}`,
      {
        where: `${file.path}, byte ${bytes.position}`,
        next,
        cause: thrown,
      },
    );
  }
}
