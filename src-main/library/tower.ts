/** Vision towers that models name without having them: which repository it is, and whether this person has it already. */
import { join } from 'node:path';
import { z } from 'zod';
import type { TowerPlaces } from '../checkpoint/places.ts';
import { towerFolder, towerRepository } from '../checkpoint/tower.ts';
import { readSmallText } from '../files/plain-file.ts';

/** A final norm is in every whole model and in no RPN-only folder. */
export const FINAL_NORM = /^(model\.)?(language_model\.)?(model\.)?norm\.weight$/;

const namedSchema = z.object({ mm_vision_tower: z.string().min(1) });
const indexSchema = z.object({ weight_map: z.record(z.string(), z.unknown()) });

/** The folder of the tower that a checkpoint's config.json names; null when it names none, or it is nowhere. */
export async function towerOf(dir: string, places: TowerPlaces): Promise<string | null> {
  const text = await readSmallText(join(dir, 'config.json'));
  const named = namedSchema.safeParse(parseJson(text ?? 'null'));
  return named.success ? towerFolder(dir, named.data.mm_vision_tower, places) : null;
}

/**
 * The repository of the tower that a model names and needs; null when it has all of it, or names none of the Hub.
 * @param tensors names of its weights: SD-RPN's merged checkpoints name a tower and hold it too
 * @param files names of its files: one without an image processor's takes the tower's
 */
export function towerElsewhere(
  config: unknown,
  tensors: Iterable<string>,
  files: readonly string[],
): string | null {
  const named = namedSchema.safeParse(config);
  if (!named.success) return null;
  const names = [...tensors];
  // An RPN alone is laid over a model that has its tower.
  const whole = names.some((name) => FINAL_NORM.test(name));
  const prepares = files.some((name) => /^(pre)?processor_config\.json$/.test(name));
  const holds = names.some((name) => name.includes('vision_tower.'));
  if (!whole || (holds && prepares)) return null;
  return towerRepository(named.data.mm_vision_tower);
}

/** Names of the tensors in a parsed index; null when it is none. */
export function indexedTensors(index: unknown): string[] | null {
  const weights = indexSchema.safeParse(index);
  return weights.success ? Object.keys(weights.data.weight_map) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
