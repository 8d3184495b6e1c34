/**
 * `generation_config.json`, as far as greedy decoding obeys it (METHOD §1): which ids end an answer and the
 * repetition penalty. What its other keys mean to Fovea is in `keys/generation.ts`.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { checkJson, readJsonIfThere } from './files/json-file.ts';
import type { UnknownKey } from './keys/check.ts';
import { checkKeys } from './keys/check.ts';
import { GENERATION_KEYS } from './keys/generation.ts';

const schema = z.object({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int()).min(1)]).nullish(),
  repetition_penalty: z.number().positive().nullish(),
  bos_token_id: z.number().int().nullish(),
});

export interface GenerationConfig {
  /** Ids that end an answer; they never become part of its text. */
  readonly eosTokenIds: readonly number[];
  /** 1 leaves the logits alone. */
  readonly repetitionPenalty: number;
  /**
   * What the penalty counts as said before the answer, in place of the prompt: the original LLaVA's code hands the prompt
   * to `generate` as embeddings, and transformers 4.37, which it is written for, begins the ids with BOS instead.
   */
  readonly saidBefore?: readonly number[];
}

/**
 * @param fallbackEos used when the file is missing (config.json's, then the tokenizer's). A file that names no end token
 *   leaves answers without one: transformers asks config.json only where there is no such file.
 * @throws FoveaError `bad_checkpoint`, or `unsupported_model` naming a key that would change a greedy answer.
 */
export async function readGenerationConfig(
  dir: string,
  fallbackEos: readonly number[],
): Promise<{
  readonly generation: GenerationConfig;
  /** `bos_token_id` of the file. */
  readonly bosTokenId: number | null;
  readonly unknownKeys: readonly UnknownKey[];
}> {
  const path = join(dir, 'generation_config.json');
  const json = await readJsonIfThere(path, z.record(z.string(), z.unknown()));
  const unknownKeys = checkKeys(json, GENERATION_KEYS, { path });
  const stated = json && checkJson(schema, json, path);
  const eos = stated === null ? fallbackEos : (stated.eos_token_id ?? []);
  return {
    generation: {
      eosTokenIds: [eos].flat(),
      repetitionPenalty: stated?.repetition_penalty ?? 1,
    },
    bosTokenId: stated?.bos_token_id ?? null,
    unknownKeys,
  };
}
