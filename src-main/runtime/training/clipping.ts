/** The norm of all gradients together and what it makes of them (`torch.nn.utils.clip_grad_norm_`). */

/** Added to the norm before it divides, as PyTorch does. */
const AGAINST_ZERO = 1e-6;

/** ‖g‖₂ of one tensor, added up in float64 and rounded once. */
function normOf(gradient: Float32Array, scale: number): number {
  // Four sums side by side: one would wait for itself at every addition.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = gradient.length - (gradient.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += (gradient[i] as number) ** 2;
    b += (gradient[i + 1] as number) ** 2;
    c += (gradient[i + 2] as number) ** 2;
    d += (gradient[i + 3] as number) ** 2;
  }
  for (let i = whole; i < gradient.length; i++) a += (gradient[i] as number) ** 2;
  return Math.fround(Math.sqrt(a + b + (c + d)) * scale);
}

/** The norm of the norms. @param scale what every gradient is multiplied by first */
export function totalNorm(gradients: Iterable<Float32Array>, scale = 1): number {
  let sum = 0;
  for (const gradient of gradients) sum += normOf(gradient, scale) ** 2;
  return Math.fround(Math.sqrt(sum));
}

/** What gradients are multiplied by so that their norm is at most `limit`; 1 where it is. */
export function clipScale(norm: number, limit: number | null): number {
  if (limit === null) return 1;
  return Math.min(1, Math.fround(limit / Math.fround(norm + Math.fround(AGAINST_ZERO))));
}
