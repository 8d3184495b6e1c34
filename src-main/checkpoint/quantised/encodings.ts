/**
 * The forms a cache keeps tensors in. `int4`: linear layers in blocks of 4 or 8 bits (blocks.ts), all else float32.
 * `int8`: linear layers in rows of 8 bits, or 16 where those do not do (rows.ts), small ones and all else float32; `int8-fast`:
 * the same by what each layer by itself bears.
 * `fp16`: linear layers as float16 (halves.ts), all else float32. `merged`: the tensors that an adapter adds to, as
 * float32, and no others.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Digits } from '../../graph/weights.ts';
import type { Bits } from './blocks.ts';
import { BLOCK, blocksOf, quantise } from './blocks.ts';
import { toHalves } from './halves.ts';
import { quantiseRows } from './rows.ts';

/** The kinds of cache that a precision asks for, and those that there are. */
export const CACHE_FORMS = ['int4', 'int8', 'int8-fast', 'fp16'] as const;
export const ALL_FORMS = [...CACHE_FORMS, 'merged'] as const;
export type CacheForm = (typeof ALL_FORMS)[number];
/** Those that follow from what was measured (measured.ts), which lies beside the first one's place. */
export const ROW_FORMS = ['int8', 'int8-fast'] as const;
export type RowForm = (typeof ROW_FORMS)[number];

export const isRowForm = (form: CacheForm): form is RowForm =>
  (ROW_FORMS as readonly CacheForm[]).includes(form);

/** Rows of so many digits of 8 bits; `factors`: of inputs that are evened out first (measured.ts), the same for all layers of the group. */
export interface RowEncoding {
  readonly digits: Digits;
  readonly smoothing: { readonly factors: Float32Array; readonly group: string } | null;
}

/** One tensor's form: blocks of so many bits, rows, or a float dtype. */
export type Encoding = Bits | RowEncoding | 'F16' | 'F32';

/** A tensor as it lies in the file: `NAME.values` and `NAME.scales` for blocks, under its own name otherwise. */
export interface StatedPart {
  readonly suffix: '' | '.values' | '.scales' | '.zeros' | '.order' | '.smoothing';
  readonly dtype: 'U8' | 'I8' | 'F16' | 'F32' | 'I64';
  readonly shape: readonly number[];
}

const WIDTH = { U8: 1, I8: 1, F16: 2, F32: 4, I64: 8 } as const;

/** @param shape `[n, k]` for blocks and rows, any for floats */
export function partsOf(shape: readonly number[], encoding: Encoding): StatedPart[] {
  if (typeof encoding === 'string') return [{ suffix: '', dtype: encoding, shape }];
  const [n, k] = shape as [number, number];
  if (typeof encoding === 'object') {
    return [
      { suffix: '.values', dtype: 'I8', shape: [n, encoding.digits * k] },
      { suffix: '.scales', dtype: 'F32', shape: [n] },
      ...(encoding.smoothing ? [{ suffix: '.smoothing', dtype: 'F32', shape: [k] } as const] : []),
    ];
  }
  return [
    { suffix: '.values', dtype: 'U8', shape: [n, blocksOf(k), (BLOCK * encoding) / 8] },
    { suffix: '.scales', dtype: 'F32', shape: [n * blocksOf(k)] },
  ];
}

export function bytesOfPart({ dtype, shape }: StatedPart): number {
  return shape.reduce((a, b) => a * b, WIDTH[dtype]);
}

/**
 * Some whole rows of a tensor in its form: the values, and the scales of blocks or rows.
 * @param k numbers in a row
 * @throws FoveaError `bad_checkpoint` when a weight is not a finite number, `unsupported_model` when float16 cannot say it
 */
export function encode(
  floats: Float32Array,
  k: number,
  encoding: Encoding,
  { name, file }: { readonly name: string; readonly file: string },
): Uint8Array[] {
  if (encoding === 'F32') return [bytesOf(floats)];
  if (encoding === 'F16') {
    const halves = toHalves(floats);
    if (typeof halves !== 'number') return [bytesOf(halves)];
    const weight = floats[halves] as number;
    if (Number.isFinite(weight)) throw tooLarge(name, file, weight);
  } else {
    const found =
      typeof encoding === 'object'
        ? quantiseRows(floats, k, encoding.digits, encoding.smoothing?.factors)
        : quantise(floats, k, encoding);
    if (found) return [bytesOf(found.values), bytesOf(found.scales)];
  }
  throw new FoveaError('bad_checkpoint', `tensor ${name} holds values that are not finite numbers`, {
    where: file,
    next: 'Download this file again',
  });
}

function tooLarge(name: string, file: string, weight: number): FoveaError {
  return new FoveaError(
    'unsupported_model',
    `tensor ${name} holds ${weight.toPrecision(4)}, and float16 ends at 65504`,
    { where: file, next: 'Use the weights as they are stored, or int4' },
  );
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
