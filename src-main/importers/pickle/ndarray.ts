/** Numbers out of the bytes of NumPy arrays and scalars: every width, both byte orders, C and Fortran order. */
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { PickleError } from './pickle-error.ts';
import type { DType, NdArray, NumberCode } from './values.ts';

/** NumPy's own limit is 64. */
const DIMS_MOST = 8;

/** Bytes of one number. */
export function widthOf({ code }: Pick<DType, 'code'>): number {
  return Number(code.slice(1));
}

/** @throws PickleError where the bytes are not those of the shape */
export function arrayOf(
  shape: readonly number[],
  dtype: DType,
  fortran: boolean,
  bytes: Uint8Array,
): NonNullable<NdArray['state']> {
  if (shape.length > DIMS_MOST || shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new PickleError('the shape of an array is none', `[${shape.slice(0, DIMS_MOST).join(', ')}]`);
  }
  const wanted = shape.reduce((a, n) => a * n, widthOf(dtype));
  if (wanted !== bytes.length) {
    throw new PickleError(
      'an array has other bytes than its shape and kind say',
      `[${shape.join(', ')}] of ${dtype.code}: ${bytes.length} bytes`,
    );
  }
  return { shape, dtype, fortran, bytes };
}

/**
 * All numbers in C order (last axis fastest), `shape` of them; whole numbers beyond 2^53 as the nearest float.
 * @throws PickleError for an array whose state was never said
 */
export function numbersOf(array: NdArray): {
  readonly shape: readonly number[];
  readonly values: Float64Array;
} {
  const { state } = array;
  if (!state) throw new PickleError('an array has no content');
  const { shape, dtype, fortran, bytes } = state;
  const stored = decode(bytes, dtype);
  const turned = fortran && shape.filter((n) => n > 1).length > 1;
  return { shape, values: turned ? fromFortran(stored, shape) : stored };
}

/** The one number of a scalar. @throws PickleError */
export function scalarOf(dtype: DType, bytes: Uint8Array): number | boolean {
  if (bytes.length !== widthOf(dtype)) {
    throw new PickleError(
      'a number has other bytes than its kind says',
      `${dtype.code}: ${bytes.length} bytes`,
    );
  }
  const value = decode(bytes, dtype)[0]!;
  return dtype.code === 'b1' ? value !== 0 : value;
}

function decode(bytes: Uint8Array, { code, littleEndian }: DType): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (code === 'f2') {
    const bits = Uint16Array.from({ length: bytes.length / 2 }, (_, i) =>
      view.getUint16(i * 2, littleEndian),
    );
    return Float64Array.from(decodeFloat16(bits));
  }
  const read = READERS[code];
  const width = widthOf({ code });
  const out = new Float64Array(bytes.length / width);
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * width, littleEndian);
  return out;
}

const READERS: Readonly<
  Record<Exclude<NumberCode, 'f2'>, (view: DataView, at: number, littleEndian: boolean) => number>
> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, le) => view.getInt16(at, le),
  u2: (view, at, le) => view.getUint16(at, le),
  i4: (view, at, le) => view.getInt32(at, le),
  u4: (view, at, le) => view.getUint32(at, le),
  i8: (view, at, le) => Number(view.getBigInt64(at, le)),
  u8: (view, at, le) => Number(view.getBigUint64(at, le)),
  f4: (view, at, le) => view.getFloat32(at, le),
  f8: (view, at, le) => view.getFloat64(at, le),
};

/** First axis fastest to last axis fastest. */
function fromFortran(values: Float64Array, shape: readonly number[]): Float64Array {
  const strides: number[] = [];
  let stride = 1;
  for (const n of shape) {
    strides.push(stride);
    stride *= n;
  }
  const out = new Float64Array(values.length);
  const index = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = values[index.reduce((at, n, axis) => at + n * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}
