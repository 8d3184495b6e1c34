/**
 * What stands out of a picture whatever is asked: the spectral residual (Hou & Zhang, "Saliency Detection: A Spectral Residual Approach",
 * CVPR 2007). The log amplitude of the spectrum without its local mean, transformed back with the phase as it was, squared, smoothed.
 */

/** The picture's side; the paper's own scale. */
export const SALIENCY_SIDE = 64;
/** Standard deviation of the smoothing, in pixels of that picture (the authors' code), and how far it reaches. */
const SIGMA = 2.5;
const REACH = 5;
/** A frequency without amplitude has no logarithm. */
const LEAST = 1e-12;

/**
 * @param grey `[64*64]` row-major; any scale and offset gives nearly the same map
 * @returns `[64*64]`, 0 or more
 * @throws RangeError for another number of pixels
 */
export function spectralResidual(grey: ArrayLike<number>): Float32Array {
  const n = SALIENCY_SIDE;
  if (grey.length !== n * n) throw new RangeError(`${grey.length} pixels are not ${n} × ${n}`);
  const re = Float64Array.from(grey);
  const im = new Float64Array(n * n);
  transform(re, im, -1);
  const log = re.map((value, i) => Math.log(Math.max(LEAST, Math.hypot(value, im[i]!))));
  log.forEach((value, i) => {
    const amplitude = Math.exp(value - localMean(log, i));
    const phase = Math.atan2(im[i]!, re[i]!);
    re[i] = amplitude * Math.cos(phase);
    im[i] = amplitude * Math.sin(phase);
  });
  transform(re, im, 1);
  return smoothed(re.map((value, i) => (value ** 2 + im[i]! ** 2) / (n * n) ** 2));
}

/** The mean of 3×3, edges repeated. */
function localMean(values: Float64Array, at: number): number {
  const n = SALIENCY_SIDE;
  const near = (i: number): number => Math.min(Math.max(i, 0), n - 1);
  let sum = 0;
  for (let y = -1; y <= 1; y++) {
    for (let x = -1; x <= 1; x++) sum += values[near(Math.floor(at / n) + y) * n + near((at % n) + x)]!;
  }
  return sum / 9;
}

/** Gaussian, nothing beyond the edge. */
function smoothed(values: Float64Array): Float32Array {
  const n = SALIENCY_SIDE;
  const weights = Array.from({ length: 2 * REACH + 1 }, (_, i) =>
    Math.exp(-((i - REACH) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  const along = (from: Float64Array, stepX: number, stepY: number): Float64Array =>
    from.map((_, i) => {
      let sum = 0;
      weights.forEach((weight, k) => {
        const x = (i % n) + (k - REACH) * stepX;
        const y = Math.floor(i / n) + (k - REACH) * stepY;
        if (x >= 0 && x < n && y >= 0 && y < n) sum += (weight / total) * from[y * n + x]!;
      });
      return sum;
    });
  return Float32Array.from(along(along(values, 1, 0), 0, 1));
}

/** The two-dimensional Fourier transform in place, without its factor; `sign` −1 forward, 1 back. */
function transform(re: Float64Array, im: Float64Array, sign: -1 | 1): void {
  const n = SALIENCY_SIDE;
  for (let row = 0; row < n; row++) line(re, im, row * n, 1, sign);
  for (let column = 0; column < n; column++) line(re, im, column, n, sign);
}

/** Radix 2 over 64 numbers that lie `step` apart (Cooley and Tukey). */
function line(re: Float64Array, im: Float64Array, start: number, step: number, sign: number): void {
  const n = SALIENCY_SIDE;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [a, b] = [start + i * step, start + j * step];
      [re[a], re[b]] = [re[b]!, re[a]!];
      [im[a], im[b]] = [im[b]!, im[a]!];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = (sign * 2 * Math.PI * k) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let block = 0; block < n; block += size) {
        const a = start + (block + k) * step;
        const b = a + (size / 2) * step;
        const [x, y] = [re[b]! * cos - im[b]! * sin, re[b]! * sin + im[b]! * cos];
        [re[b], im[b]] = [re[a]! - x, im[a]! - y];
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}
