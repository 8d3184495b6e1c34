/** The door through which every checkpoint folder enters: config.json says which family reads the rest. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import { openCheckpoint } from './checkpoint.ts';
import { isQwenConfig } from './qwen/config.ts';
import type { QwenCheckpoint } from './qwen/open.ts';
import { openQwen } from './qwen/open.ts';

export type AnyCheckpoint = Checkpoint | QwenCheckpoint;

/** @throws FoveaError `not_found`, `bad_checkpoint`, `unsupported_model` or `missing_tensor`. */
export async function openModel(path: string): Promise<AnyCheckpoint> {
  return isQwenConfig(await peek(join(path, 'config.json'))) ? openQwen(path) : openCheckpoint(path);
}

/** The file's JSON, or null: whatever is wrong with it is for the family to say. */
async function peek(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
