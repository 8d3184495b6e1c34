/** LoRA adapters over the oracle's cases (test/golden/oracle/adapters.py), and what PEFT computes with them unmerged. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';

export const ADAPTERS = join(import.meta.dirname, '../golden/oracle/adapters');

const caseSchema = z.object({
  /** Name of the oracle's case. */
  base: z.string(),
  question: z.string(),
  /** How far the adapter moves the base's logits, relative to the largest of them. */
  moved: z.number(),
});

export interface AdapterCase extends z.infer<typeof caseSchema> {
  readonly name: string;
  readonly dir: string;
  readonly logits: Float32Array;
  /** Greedy, eight at most. */
  readonly answer: readonly number[];
}

/** @param root default: the checked-in ones */
export async function adapterCases(root = ADAPTERS): Promise<AdapterCase[]> {
  const cases: AdapterCase[] = [];
  for (const name of readdirSync(root).sort()) {
    const dir = join(root, name);
    const facts = caseSchema.parse(JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8')));
    const expected = join(dir, 'expected.safetensors');
    const tensors = await readSafetensorsHeader(expected);
    const bytesOf = (key: string): ArrayBuffer => {
      const { offset = 0, length = 0 } = tensors.get(key) ?? {};
      const bytes = new Uint8Array(length);
      const file = openSync(expected, 'r');
      readSync(file, bytes, 0, length, offset);
      closeSync(file);
      return bytes.buffer;
    };
    cases.push({
      ...facts,
      name,
      dir,
      logits: new Float32Array(bytesOf('logits')),
      answer: Array.from(new BigInt64Array(bytesOf('answer_ids')), Number),
    });
  }
  return cases;
}
