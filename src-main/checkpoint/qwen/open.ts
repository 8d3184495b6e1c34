/** A Qwen2.5-VL checkpoint folder, opened: everything small is read and checked, the weights are only located. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { nameOf } from '../checkpoint.ts';
import { readGenerationConfig } from '../generation.ts';
import type { GenerationConfig } from '../generation.ts';
import { readJson } from '../json-file.ts';
import { checkTensors } from '../required.ts';
import { readTensors } from '../tensor-index.ts';
import { readTokenizer } from '../tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { WeightIndex } from '../weight-index.ts';
import { parseQwenConfig } from './config.ts';
import type { QwenConfig } from './config.ts';
import { readQwenPreprocessor } from './preprocessor.ts';
import type { QwenPreprocessorConfig } from './preprocessor.ts';
import { qwenLayoutOf, requiredQwenTensors } from './required.ts';

export interface QwenCheckpoint {
  readonly dir: string;
  readonly name: string;
  readonly config: QwenConfig;
  readonly weights: WeightIndex;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly preprocessor: QwenPreprocessorConfig;
}

/** @throws FoveaError `bad_checkpoint`, `unsupported_model` or `missing_tensor`. */
export async function openQwen(path: string): Promise<QwenCheckpoint> {
  const dir = resolve(path);
  const configPath = join(dir, 'config.json');
  const stated = parseQwenConfig(await readJson(configPath, z.unknown()), configPath);
  const weights = new WeightIndex().add(await readTensors(dir));
  const config = { ...stated, layout: qwenLayoutOf(weights) };
  checkTensors(requiredQwenTensors(config), weights, dir);
  return {
    dir,
    name: nameOf(dir),
    config,
    weights,
    tokenizer: await readTokenizer(dir),
    generation: await readGenerationConfig(dir, config.eosTokenIds),
    preprocessor: await readQwenPreprocessor(dir, config.vision),
  };
}
