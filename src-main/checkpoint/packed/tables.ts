/**
 * The two tables of bitsandbytes (its `get_4bit_type`), which ONNX Runtime's `MatMulBnb4` has built in: a checkpoint that
 * states other numbers (`quant_map`) is not run. nf4: quantiles of the normal distribution (QLoRA, arXiv 2305.14314,
 * appendix E); fp4: sign, two bits of exponent, one of mantissa.
 */
export const TABLES: Readonly<Record<'fp4' | 'nf4', Float32Array>> = {
  nf4: Float32Array.of(
    -1,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1,
  ),
  fp4: withSigns([0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4]),
};

function withSigns(sizes: readonly number[]): Float32Array {
  return Float32Array.from([...sizes, ...sizes.map((size) => (size === 0 ? 0 : -size))]);
}

/** Whether a stated table is the built-in one, number for number. */
export function isTable(name: 'fp4' | 'nf4', stated: Float32Array): boolean {
  return stated.length === 16 && TABLES[name].every((value, i) => value === stated[i]);
}
