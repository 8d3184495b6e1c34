/** The oracle's cases (test/golden/oracle): tiny checkpoints and what transformers computes with them. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';

const CASES = join(import.meta.dirname, '../golden/oracle/cases');

/** Largest allowed difference, relative to the largest value of the array compared. */
export const TOLERANCE = 2e-4;
export const REGENERATE = 'to make the numbers anew see test/golden/oracle/README.md';

const pair = z.tuple([z.number().int(), z.number().int()]);
const caseSchema = z.object({
  family: z.enum(['llava', 'qwen2_5_vl']),
  seed: z.number().int(),
  question: z.string(),
  /** The placeholder once; -1 where the original layout has no id for it. */
  input_ids: z.array(z.number().int()),
  image_span: pair,
  grid: pair,
  image_size: pair,
  /** Qwen: the teacher's view and prompt. */
  teacher: z
    .object({
      question: z.string(),
      square_tokens: z.number().int(),
      grid: pair,
      input_ids: z.array(z.number().int()),
    })
    .optional(),
  /** Qwen: the box of the second stage, source pixels. */
  crop: z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()]).optional(),
  /** Qwen with a multi-head branch: about half of the picture's tokens score above it. */
  pruning_threshold: z.number().optional(),
});

export interface OracleCase extends z.infer<typeof caseSchema> {
  readonly name: string;
  readonly dir: string;
  readonly image: string;
  /** Arrays by name; integers as numbers too. `undefined` where the case has none. */
  readonly expected: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Float32Array | number[] }
  >;
}

export async function oracleCases(family: OracleCase['family']): Promise<OracleCase[]> {
  const cases: OracleCase[] = [];
  for (const name of readdirSync(CASES).sort()) {
    const one = await readOracleCase(join(CASES, name));
    if (one.family === family) cases.push(one);
  }
  return cases;
}

/** @param model where in the case's folder the checkpoint lies, when not in the folder itself */
export async function readOracleCase(folder: string, model = '.'): Promise<OracleCase> {
  const facts = caseSchema.parse(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')));
  const expected = await readArrays(join(folder, 'expected.safetensors'));
  const image = join(folder, 'image.png');
  return { ...facts, name: basename(folder), dir: join(folder, model), image, expected };
}

/** Every array of a file of expected numbers. */
export async function readArrays(path: string): Promise<OracleCase['expected']> {
  const file = openSync(path, 'r');
  const arrays = new Map<string, { shape: readonly number[]; data: Float32Array | number[] }>();
  for (const [name, { dtype, shape, offset, length }] of await readSafetensorsHeader(path)) {
    const bytes = new Uint8Array(length);
    readSync(file, bytes, 0, length, offset);
    const data =
      dtype === 'I64' ? Array.from(new BigInt64Array(bytes.buffer), Number) : new Float32Array(bytes.buffer);
    arrays.set(name, { shape, data });
  }
  closeSync(file);
  return arrays;
}

/** One expected array that must be there. */
export function expectedArray(golden: OracleCase, name: string): Float32Array | number[] {
  const array = golden.expected.get(name);
  if (array === undefined) throw new Error(`${golden.name} has no ${name}; ${REGENERATE}`);
  return array.data;
}

/** max|a−b| / max|b|; infinite when the lengths differ or something is not a number. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || b.length === 0) return Infinity;
  let most = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    const d = Math.abs((a[i] as number) - (b[i] as number));
    if (!(d <= most)) most = Number.isNaN(d) ? Infinity : d;
    size = Math.max(size, Math.abs(b[i] as number));
  }
  return most / size;
}
