/**
 * The names that a pickle may call, each by its exact name, and what calling one gives. Everything else is refused by name:
 * in Python such a name would be imported and run.
 */
import { arrayOf, scalarOf } from './ndarray.ts';
import { PickleError } from './pickle-error.ts';
import {
  type AllowedName,
  DType,
  Global,
  NdArray,
  type NumberCode,
  type PickleValue,
  Tuple,
} from './values.ts';

/** NumPy 2 moved `numpy.core` to `numpy._core`; files of both are about. */
const ALLOWED: ReadonlyMap<string, AllowedName> = new Map([
  ['numpy.core.multiarray _reconstruct', '_reconstruct'],
  ['numpy._core.multiarray _reconstruct', '_reconstruct'],
  ['numpy.core.multiarray scalar', 'scalar'],
  ['numpy._core.multiarray scalar', 'scalar'],
  ['numpy.core.numeric _frombuffer', '_frombuffer'],
  ['numpy._core.numeric _frombuffer', '_frombuffer'],
  ['numpy ndarray', 'ndarray'],
  ['numpy dtype', 'dtype'],
  ['_codecs encode', 'encode'],
  ['collections OrderedDict', 'OrderedDict'],
]);

const CODES: ReadonlySet<string> = new Set<NumberCode>([
  ...(['b1', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8'] as const),
]);

/** @throws PickleError for a name that is not on the list */
export function allowed(module: PickleValue, name: PickleValue): Global {
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw new PickleError('it names something by what is no text');
  }
  const found = ALLOWED.get(`${module} ${name}`);
  if (found) return new Global(found);
  const asked = `${module}.${name}`.slice(0, 200);
  if (/^torch(\.|$)/.test(module)) {
    throw new PickleError(
      'it holds PyTorch tensors',
      asked,
      'Save the maps as NumPy arrays: tensor.float().cpu().numpy()',
    );
  }
  throw new PickleError(
    'it asks for something of Python that is not a plain value',
    asked,
    'Fovea runs nothing of a file. Save a list of dicts of text, numbers and NumPy arrays; paths as text',
  );
}

/** What calling an allowed name gives. @throws PickleError for arguments that NumPy does not write */
export function called(callable: PickleValue, args: PickleValue): PickleValue {
  if (!(callable instanceof Global) || !(args instanceof Tuple)) {
    throw new PickleError('it calls something that is no name');
  }
  return CALLS[callable.name](args.items);
}

type Call = (args: readonly PickleValue[]) => PickleValue;

const CALLS: Readonly<Record<AllowedName, Call>> = {
  _reconstruct: ([kind]) => {
    if (kind instanceof Global && kind.name === 'ndarray') return new NdArray();
    throw strange('_reconstruct');
  },
  _frombuffer: ([bytes, dtype, shape, order]) => {
    if (!(bytes instanceof Uint8Array) || !(dtype instanceof DType) || (order !== 'C' && order !== 'F')) {
      throw strange('_frombuffer');
    }
    const array = new NdArray();
    array.state = arrayOf(shapeOf(shape), dtype, order === 'F', bytes);
    return array;
  },
  scalar: ([dtype, bytes]) => {
    if (!(dtype instanceof DType) || !(bytes instanceof Uint8Array)) throw strange('scalar');
    return scalarOf(dtype, bytes);
  },
  dtype: ([code]) => {
    if (typeof code === 'string' && CODES.has(code)) return new DType(code as NumberCode);
    throw new PickleError(
      'it has an array of another kind than numbers',
      typeof code === 'string' ? `dtype ${code.slice(0, 40)}` : null,
      'Save maps as float16, float32 or float64 arrays: np.asarray(map, dtype=np.float32)',
    );
  },
  // Bytes in a protocol that has none of its own.
  encode: ([text, encoding]) => {
    if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
      throw strange('encode');
    const bytes = Buffer.from(text, 'latin1');
    if (bytes.length !== text.length || !sameText(bytes, text)) throw strange('encode');
    return new Uint8Array(bytes);
  },
  OrderedDict: (args) => {
    if (args.length === 0) return new Map();
    throw strange('OrderedDict');
  },
  ndarray: () => {
    throw strange('ndarray');
  },
};

function sameText(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1') === text;
}

/** Gives an array or a dtype its state (`BUILD`). @throws PickleError */
export function built(target: PickleValue, state: PickleValue): void {
  if (target instanceof NdArray && state instanceof Tuple) {
    const [version, shape, dtype, fortran, bytes] = state.items;
    if (version !== 1 || !(dtype instanceof DType) || typeof fortran !== 'boolean' || target.state) {
      throw strange('an array');
    }
    if (!(bytes instanceof Uint8Array)) throw strange('an array');
    target.state = arrayOf(shapeOf(shape), dtype, fortran, bytes);
    return;
  }
  if (target instanceof DType && state instanceof Tuple) {
    const [, order, ...parts] = state.items;
    const plain = parts.slice(0, 3).every((part) => part === null);
    if (typeof order !== 'string' || !['<', '>', '|', '='].includes(order) || !plain)
      throw strange('a dtype');
    target.littleEndian = order !== '>';
    return;
  }
  throw new PickleError('it gives a state to something that has none');
}

function shapeOf(shape: PickleValue | undefined): number[] {
  if (!(shape instanceof Tuple) || !shape.items.every((n) => typeof n === 'number')) throw strange('a shape');
  return shape.items as number[];
}

function strange(what: string): PickleError {
  return new PickleError(`it has ${what} in a form that NumPy does not write`);
}
