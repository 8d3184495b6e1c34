/**
 * What a pickle can hold here: plain values and NumPy arrays. Lists are arrays, dicts are Maps, sets are lists; a class or a
 * function is only ever a name.
 */

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Tuple
  | Map<PickleValue, PickleValue>
  | NdArray
  | DType
  | Global;

export class Tuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A name that is allowed; calling it is for `numpy.ts`. */
export class Global {
  readonly name: AllowedName;
  constructor(name: AllowedName) {
    this.name = name;
  }
}

export type AllowedName =
  '_reconstruct' | 'scalar' | '_frombuffer' | 'ndarray' | 'dtype' | 'encode' | 'OrderedDict';

/** A NumPy dtype of one number. `code`: NumPy's kind and bytes, `f4`. */
export class DType {
  readonly code: NumberCode;
  littleEndian = true;
  constructor(code: NumberCode) {
    this.code = code;
  }
}

export type NumberCode = 'b1' | 'i1' | 'u1' | 'i2' | 'u2' | 'i4' | 'u4' | 'i8' | 'u8' | 'f2' | 'f4' | 'f8';

/** A NumPy array as its bytes; `state` is null until it was said (`BUILD`). */
export class NdArray {
  state: {
    readonly shape: readonly number[];
    readonly dtype: DType;
    readonly fortran: boolean;
    readonly bytes: Uint8Array;
  } | null = null;
}
