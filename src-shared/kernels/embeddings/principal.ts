/**
 * Principal axes: the directions along which rows differ most, in order. The covariance is summed in float64 and
 * diagonalised by Jacobi's rotations, which are slow and sure: the same bits everywhere, no starting vector.
 */

export interface PrincipalAxes {
  /** `[d]`: what is taken from a row first. */
  readonly mean: Float64Array;
  /** `[d, d]`, an axis a row, the one with most variance first. */
  readonly axes: Float64Array;
  /** `[d]`, descending. */
  readonly variances: Float64Array;
}

const SWEEPS = 60;

/**
 * @param rows `[count, d]`
 * @throws RangeError where the rows are not of `d` numbers, or there is none
 */
export function principalAxes(rows: Float32Array, d: number): PrincipalAxes {
  const count = rows.length / d;
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`${rows.length} numbers are not rows of ${d}`);
  const mean = new Float64Array(d);
  for (let row = 0; row < count; row++) for (let i = 0; i < d; i++) mean[i]! += rows[row * d + i]!;
  for (let i = 0; i < d; i++) mean[i]! /= count;
  const matrix = covariance(rows, d, mean);
  const vectors = jacobi(matrix, d);
  const order = Array.from({ length: d }, (_, i) => i).sort(
    (a, b) => matrix[b * d + b]! - matrix[a * d + a]! || a - b,
  );
  const axes = new Float64Array(d * d);
  for (const [at, column] of order.entries()) {
    // An axis has no direction of its own: its largest number is above 0.
    let largest = 0;
    for (let i = 0; i < d; i++)
      if (Math.abs(vectors[i * d + column]!) > Math.abs(largest)) largest = vectors[i * d + column]!;
    const sign = largest < 0 ? -1 : 1;
    for (let i = 0; i < d; i++) axes[at * d + i] = sign * vectors[i * d + column]!;
  }
  return { mean, axes, variances: Float64Array.from(order, (i) => Math.max(0, matrix[i * d + i]!)) };
}

/** Rows along the first `kept` axes: `[count, d]` → `[count, kept]`. */
export function alongAxes(rows: Float32Array, { mean, axes }: PrincipalAxes, kept: number): Float32Array {
  const d = mean.length;
  const count = rows.length / d;
  const offsets = Array.from({ length: kept }, (_, k) =>
    mean.reduce((sum, value, i) => sum + value * axes[k * d + i]!, 0),
  );
  const out = new Float32Array(count * kept);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < kept; k++) {
      let sum = -offsets[k]!;
      for (let i = 0; i < d; i++) sum += rows[row * d + i]! * axes[k * d + i]!;
      out[row * kept + k] = sum;
    }
  }
  return out;
}

function covariance(rows: Float32Array, d: number, mean: Float64Array): Float64Array {
  const count = rows.length / d;
  const matrix = new Float64Array(d * d);
  const row = new Float64Array(d);
  for (let at = 0; at < rows.length; at += d) {
    for (let i = 0; i < d; i++) row[i] = rows[at + i]! - mean[i]!;
    for (let i = 0; i < d; i++) {
      const [value, line] = [row[i]!, i * d];
      for (let j = i; j < d; j++) matrix[line + j]! += value * row[j]!;
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      matrix[i * d + j]! /= count;
      matrix[j * d + i] = matrix[i * d + j]!;
    }
  }
  return matrix;
}

/** Makes a symmetric matrix diagonal in its place. @returns the eigenvectors, in columns (Golub and Van Loan, §8.5) */
function jacobi(matrix: Float64Array, d: number): Float64Array {
  const vectors = new Float64Array(d * d);
  for (let i = 0; i < d; i++) vectors[i * d + i] = 1;
  const whole = matrix.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let beside = 0;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) beside += matrix[p * d + q]! ** 2;
    if (beside <= 1e-24 * whole) break;
    for (let p = 0; p < d; p++) {
      for (let q = p + 1; q < d; q++) rotate(matrix, vectors, d, p, q);
    }
  }
  return vectors;
}

function rotate(matrix: Float64Array, vectors: Float64Array, d: number, p: number, q: number): void {
  const beside = matrix[p * d + q]!;
  if (beside === 0) return;
  const theta = (matrix[q * d + q]! - matrix[p * d + p]!) / (2 * beside);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let i = 0; i < d; i++) {
    const [a, b] = [matrix[i * d + p]!, matrix[i * d + q]!];
    matrix[i * d + p] = cosine * a - sine * b;
    matrix[i * d + q] = sine * a + cosine * b;
  }
  for (let i = 0; i < d; i++) {
    const [a, b] = [matrix[p * d + i]!, matrix[q * d + i]!];
    matrix[p * d + i] = cosine * a - sine * b;
    matrix[q * d + i] = sine * a + cosine * b;
  }
  for (let i = 0; i < d; i++) {
    const [a, b] = [vectors[i * d + p]!, vectors[i * d + q]!];
    vectors[i * d + p] = cosine * a - sine * b;
    vectors[i * d + q] = sine * a + cosine * b;
  }
}
