/** Plain, slow arrays with axes: the reference the op tests compare ONNX Runtime with. */

export interface Nd {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array from a function of the index. */
export function make(shape: readonly number[], at: (index: readonly number[]) => number): Nd {
  const data: number[] = [];
  for (let flat = 0; flat < size(shape); flat++) data.push(at(unflatten(flat, shape)));
  return { shape, data };
}

export function get(x: Nd, index: readonly number[]): number {
  const flat = index.reduce((sum, i, axis) => sum * (x.shape[axis] as number) + i, 0);
  return x.data[flat] as number;
}

function unflatten(flat: number, shape: readonly number[]): number[] {
  const index: number[] = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = flat % (shape[axis] as number);
    flat = Math.floor(flat / (shape[axis] as number));
  }
  return index;
}

/** The element that broadcasting puts at `index`. */
export function spread(x: Nd, index: readonly number[]): number {
  const from = index.length - x.shape.length;
  return get(
    x,
    x.shape.map((length, axis) => (length === 1 ? 0 : (index[axis + from] as number))),
  );
}

export function map(x: Nd, f: (value: number) => number): Nd {
  return { shape: x.shape, data: x.data.map(f) };
}

/** Each row of the last axis replaced. */
export function mapRows(x: Nd, f: (row: readonly number[]) => readonly number[]): Nd {
  const width = x.shape.at(-1) as number;
  const data: number[] = [];
  for (let at = 0; at < x.data.length; at += width) data.push(...f(x.data.slice(at, at + width)));
  return { shape: x.shape, data };
}

/** The error function by its series (Abramowitz & Stegun 7.1.5). */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
