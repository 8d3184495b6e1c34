/**
 * `generation_config.json`, as far as greedy decoding obeys it (METHOD §1): which ids end an answer and the
 * repetition penalty. Sampling settings are read by nobody: the method decodes greedily.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfThere } from './json-file.ts';

const schema = z.object({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int()).min(1)]).nullish(),
  repetition_penalty: z.number().positive().nullish(),
});

export interface GenerationConfig {
  /** Ids that end an answer; they never become part of its text. */
  readonly eosTokenIds: readonly number[];
  /** 1 leaves the logits alone. */
  readonly repetitionPenalty: number;
}

/** @param fallbackEos used when the file, or the key in it, is missing (config.json's, then the tokenizer's). */
export async function readGenerationConfig(
  dir: string,
  fallbackEos: readonly number[],
): Promise<GenerationConfig> {
  const json = await readJsonIfThere(join(dir, 'generation_config.json'), schema);
  const eos = json?.eos_token_id ?? null;
  return {
    eosTokenIds: eos === null ? fallbackEos : Array.isArray(eos) ? eos : [eos],
    repetitionPenalty: json?.repetition_penalty ?? 1,
  };
}
