/** The arithmetic of a step against PyTorch's and transformers' own (test/golden/oracle/training/optimiser.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { AdamTensor } from '../../../src-main/runtime/training/adamw.ts';
import { adamw, plainAdamw } from '../../../src-main/runtime/training/adamw.ts';
import { PIECE, simd } from '../../../src-main/runtime/training/adamw-simd.ts';
import { clipScale, totalNorm } from '../../../src-main/runtime/training/clipping.ts';
import { fma32 } from '../../../src-main/runtime/training/rounding.ts';
import { cosineWithWarmup, warmupSteps } from '../../../src-main/runtime/training/schedule.ts';
import { seeded } from '../../support/numbers.ts';

const floats = z
  .string()
  .transform((text) => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer));
const tensors = z.array(floats);
const golden = z
  .object({
    adamw: z.array(
      z.object({
        settings: z.object({
          lr: z.number(),
          betas: z.tuple([z.number(), z.number()]),
          eps: z.number(),
          weight_decay: z.number(),
        }),
        start: tensors,
        steps: z.array(
          z.object({
            given: tensors,
            norm: z.number(),
            clipped: tensors,
            weights: tensors,
            first: tensors,
            second: tensors,
          }),
        ),
      }),
    ),
    schedules: z.array(
      z.object({ steps: z.number(), warmup: z.number(), count: z.number(), factors: z.array(z.number()) }),
    ),
  })
  .parse(
    JSON.parse(
      readFileSync(join(import.meta.dirname, '../../golden/oracle/training/optimiser.json'), 'utf8'),
    ),
  );

for (const { settings, start, steps } of golden.adamw) {
  const { lr: learningRate, betas, eps: epsilon, weight_decay: weightDecay } = settings;
  for (const [how, loop] of [
    ['four at once', adamw],
    ['one by one', plainAdamw],
  ] as const) {
    const name = `AdamW with betas ${betas.join(', ')} and weight decay ${weightDecay}, ${how}, is torch's to the bit`;
    test(name, () => {
      const states: AdamTensor[] = start.map((weight) => ({
        weight: Float32Array.from(weight),
        gradient: new Float32Array(weight.length),
        first: new Float32Array(weight.length),
        second: new Float32Array(weight.length),
      }));
      steps.forEach((expected, i) => {
        states.forEach((state, at) => {
          state.gradient.set(expected.clipped[at]!);
          const step = {
            betas,
            epsilon,
            weightDecay,
            step: i + 1,
            learningRate,
            scales: [1, 1],
          } as const;
          // In two parts: what is beyond the first is as it was.
          loop(state, step, 0, Math.min(5, state.weight.length));
          loop(state, step, 5);
          assert.deepEqual(state.first, expected.first[at], `first moment, step ${i + 1}, tensor ${at}`);
          assert.deepEqual(state.second, expected.second[at], `second moment, step ${i + 1}, tensor ${at}`);
          assert.deepEqual(state.weight, expected.weights[at], `weights, step ${i + 1}, tensor ${at}`);
          assert.ok(state.gradient.every((g) => g === 0));
        });
      });
    });
  }
}

test('four at once and one by one are the same numbers, over several pieces and a rest', () => {
  assert.notEqual(simd(), null, 'this machine has vectors with fused multiply-adds');
  const random = seeded(8);
  const count = 2 * PIECE + 7;
  const numbers = (size: number): Float32Array =>
    Float32Array.from({ length: count }, () => size * (random() - 0.5) * 2 ** -Math.floor(30 * random()));
  const [weight, gradient] = [numbers(1), numbers(1)];
  const [a, b] = [0, 1].map(() => ({
    weight: Float32Array.from(weight),
    gradient: new Float32Array(count),
    first: new Float32Array(count),
    second: new Float32Array(count),
  })) as [AdamTensor, AdamTensor];
  for (let step = 1; step <= 3; step++) {
    const settings = {
      betas: [0.9, 0.98],
      epsilon: 1e-8,
      weightDecay: 0.01,
      step,
      learningRate: 1e-3,
    } as const;
    const scales = [1 / 3, 0.7] as const;
    a.gradient.set(gradient);
    b.gradient.set(gradient);
    adamw(a, { ...settings, scales });
    plainAdamw(b, { ...settings, scales });
    assert.deepEqual(a, b);
  }
});

test('gradients are clipped by their common norm as torch clips them', () => {
  let clippedSteps = 0;
  for (const { steps } of golden.adamw) {
    for (const { given, norm, clipped } of steps) {
      const own = totalNorm(given);
      assert.ok(Math.abs(own / norm - 1) < 3e-7, `${own} for ${norm}`);
      const scale = clipScale(own, 1);
      if (scale < 1) clippedSteps++;
      given.forEach((gradient, at) =>
        gradient.forEach((g, i) => {
          const expected = clipped[at]![i]!;
          assert.ok(Math.abs(Math.fround(g * scale) - expected) <= 3e-7 * Math.abs(expected));
        }),
      );
      assert.equal(clipScale(own, null), 1);
    }
  }
  assert.ok(clippedSteps > 0);
  assert.equal(clipScale(0.25, 1), 1);
});

test('the norm of a mean is the mean’s: the scale comes before it', () => {
  const gradients = [Float32Array.of(3, 0, 4, 0, 12), Float32Array.of(0, 84)];
  assert.equal(totalNorm(gradients), 85);
  assert.equal(totalNorm(gradients, 0.25), 21.25);
  assert.equal(totalNorm([Float32Array.of(1, NaN)]), NaN);
});

test('warm-up and cosine are transformers’ rules at every step, and beyond the last', () => {
  for (const { steps, warmup, count, factors } of golden.schedules) {
    assert.equal(warmupSteps(warmup, steps), count, `${warmup} of ${steps}`);
    factors.forEach((factor, step) => {
      const own = cosineWithWarmup(step, count, steps);
      assert.ok(Math.abs(own - factor) < 1e-15, `step ${step} of ${steps}: ${own} for ${factor}`);
    });
  }
});

/** a·b + c of float32 numbers rounded once, by whole numbers: each is an integer over 2^60. */
function exact(a: number, b: number, c: number): number {
  const whole = (x: number): bigint => BigInt(x * 2 ** 60);
  const sum = whole(a) * whole(b) + (whole(c) << 60n); // over 2^120
  const size = sum < 0n ? -sum : sum;
  const drop = BigInt(Math.max(0, size.toString(2).length - 24));
  const half = drop > 0n ? 1n << (drop - 1n) : 0n;
  let kept = size >> drop;
  const rest = size - (kept << drop);
  if (drop > 0n && (rest > half || (rest === half && (kept & 1n) === 1n))) kept++;
  const value = Number(kept) * 2 ** (Number(drop) - 120);
  return sum < 0n ? -value : value;
}

test('fma32 rounds once, also where the sum in float64 ends halfway', () => {
  const random = seeded(3);
  for (let i = 0; i < 20_000; i++) {
    const [a, b, c] = [0, 1, 2].map(() => Math.fround((random() - 0.5) * 2 ** Math.floor(random() * 12)));
    assert.equal(fma32(a!, b!, c!), exact(a!, b!, c!));
  }
  // Within 2^-54 of halfway between two float32: float64 rounds onto the half, and ties then go to even, the wrong way.
  let saved = 0;
  for (const bits of [8, 9, 13, 14, 15, 16, 20]) {
    for (const sign of [1, -1]) {
      for (const c of [1, 1 + 2 ** -23, 1 + 2 ** -22, -1, -1 - 2 ** -23]) {
        for (const turned of [1, -1]) {
          const [a, b] = [1 + sign * 2 ** -bits, turned * 2 ** -24 * (1 - sign * 2 ** -bits)];
          assert.equal(fma32(a, b, c), exact(a, b, c), `${a} · ${b} + ${c}`);
          if (Math.fround(a * b + c) !== exact(a, b, c)) saved++;
        }
      }
    }
  }
  assert.ok(saved > 0, 'no case in which plain float64 is wrong');
});
