/**
 * Symbolic shapes. A length is a number, or a name for one that is known only at run time: `S`, a sum `P+S`, or a
 * multiple `4*S`. Just enough algebra to follow a decoder's shapes; anything cleverer is a bug in the graph.
 */

/** A length: a number, or the canonical text of a symbolic one. */
export type Dim = number | string;
/** A tensor's shape; `[]` is a scalar. */
export type Shape = readonly Dim[];

/** The sum of two lengths, canonical: `addDims('S', 'P')` is `P+S`. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const terms = [a, b].flatMap((dim) => String(dim).split('+'));
  return terms.sort().join('+');
}

/** The number of elements as a coefficient and the sorted symbolic factors; a sum counts as one factor. */
function factors(shape: Shape): { coefficient: number; symbols: string[] } {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const dim of shape) {
    if (typeof dim === 'number') {
      coefficient *= dim;
    } else {
      const [, multiple, symbol] = /^(?:(\d+)\*)?(.+)$/.exec(dim) as unknown as [string, string?, string?];
      coefficient *= Number(multiple ?? 1);
      symbols.push(symbol ?? dim);
    }
  }
  return { coefficient, symbols: symbols.sort() };
}

/** True when both shapes surely hold the same number of elements. */
export function sameCount(a: Shape, b: Shape): boolean {
  const left = factors(a);
  const right = factors(b);
  return left.coefficient === right.coefficient && left.symbols.join() === right.symbols.join();
}

/** The one length that makes `known` hold as many elements as `whole`; null when there is no such length. */
export function missingDim(whole: Shape, known: Shape): Dim | null {
  const total = factors(whole);
  const part = factors(known);
  const rest = [...total.symbols];
  for (const symbol of part.symbols) {
    const at = rest.indexOf(symbol);
    if (at < 0) return null;
    rest.splice(at, 1);
  }
  const coefficient = total.coefficient / part.coefficient;
  if (!Number.isInteger(coefficient) || rest.length > 1) return null;
  const [symbol] = rest;
  if (symbol === undefined) return coefficient;
  return coefficient === 1 ? symbol : `${coefficient}*${symbol}`;
}

/** NumPy broadcasting of two shapes; null when they do not fit. Symbolic lengths fit themselves and 1. */
export function broadcast(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    out.push(left === 1 ? right : left);
  }
  return out;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `[S, 128]`, for error messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
