/** The packed checkpoints of test/golden/packed, put together, and the numbers made by their own packages. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { join } from 'node:path';
import { z } from 'zod';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { temporaryDir } from './temporary-dir.ts';

const ROOT = join(import.meta.dirname, '../golden/packed');
export const REMAKE = 'to make the numbers anew see test/golden/packed/README.md';

const caseSchema = z.object({
  family: z.enum(['llava', 'qwen']),
  /** The cases of this family whose tower is not packed share it. */
  tower: z.boolean(),
  /** The placeholder once. */
  input_ids: z.array(z.number().int()),
  image_span: z.tuple([z.number().int(), z.number().int()]),
  grid: z.tuple([z.number().int(), z.number().int()]),
  /** SHA-256 of what each packed layer unpacks to, float32 `[n, k]`. */
  weights: z.record(z.string(), z.string()),
});
export type PackedCase = z.infer<typeof caseSchema> & { readonly name: string };

export const packedNames = (): string[] => readdirSync(join(ROOT, 'cases')).sort();

export function packedCase(name: string): PackedCase {
  const text = readFileSync(join(ROOT, 'cases', name, 'case.json'), 'utf8');
  return { ...caseSchema.parse(JSON.parse(text)), name };
}

/** The case as a checkpoint folder of its own, in shards. */
export async function packedFolder(t: TestContext, { name, family, tower }: PackedCase): Promise<string> {
  const dir = join(temporaryDir(t), name);
  mkdirSync(dir);
  cpSync(join(ROOT, 'shared', family), dir, { recursive: true });
  for (const file of ['config.json', 'packed.safetensors']) {
    cpSync(join(ROOT, 'cases', name, file), join(dir, file));
  }
  const map: Record<string, string> = {};
  for (const shard of ['floats.safetensors', ...(tower ? ['tower.safetensors'] : []), 'packed.safetensors']) {
    for (const tensor of (await readSafetensorsHeader(join(dir, shard))).keys()) map[tensor] = shard;
  }
  writeFileSync(join(dir, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  return dir;
}

/** `features` `[N, d]` and `logits` `[V]`. */
export async function packedNumbers(name: string): Promise<ReadonlyMap<string, Float32Array>> {
  const path = join(ROOT, 'cases', name, 'expected.safetensors');
  const bytes = readFileSync(path);
  const arrays = new Map<string, Float32Array>();
  for (const [array, { offset, length }] of await readSafetensorsHeader(path)) {
    arrays.set(array, new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer));
  }
  return arrays;
}

/** The picture's numbers, the script's `pattern`. */
export function pattern(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 251) / 128 - 1);
}
