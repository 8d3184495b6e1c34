/**
 * `adapter_config.json` of PEFT: which matrices of low rank a folder holds and how large they are made. A key that
 * changes numbers in a way that a sum of base and `scale · B·A` cannot say is refused by its name (keys.ts).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readJsonIfThere } from '../files/json-file.ts';
import { keyProblem } from './keys.ts';
import { patternError } from './pattern.ts';
import type { Targets } from './targets.ts';

export const ADAPTER_CONFIG = 'adapter_config.json';

export interface AdapterConfig {
  /** `base_model_name_or_path`: a folder or `ORG/NAME`; null where it is not said. */
  readonly base: string | null;
  /** Branch, tag or commit of the base's repository; null: any. */
  readonly revision: string | null;
  readonly rank: number;
  readonly alpha: number;
  /** Scale is alpha / √rank instead of alpha / rank. */
  readonly rslora: boolean;
  /** Ranks and alphas of modules whose path a pattern matches, in the order they are tried. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly alphas: ReadonlyMap<string, number>;
  readonly targets: Targets;
  /** Modules that were trained whole. */
  readonly whole: readonly string[];
  /** Table and output head share what was trained of them. */
  readonly keepsTied: boolean;
}

const rank = z.number().int().min(1).max(65_536);
const alpha = z.number().refine(Number.isFinite);
const strings = z.union([z.array(z.string()), z.string()]);
const indices = z.union([
  z.array(z.number().int()),
  z
    .number()
    .int()
    .transform((one) => [one]),
]);

const schema = z
  .object({
    peft_type: z.string(),
    base_model_name_or_path: z.string().nullish(),
    revision: z.string().nullish(),
    r: rank.optional(),
    lora_alpha: alpha.optional(),
    use_rslora: z.boolean().nullish(),
    rank_pattern: z.record(z.string(), rank).nullish(),
    alpha_pattern: z.record(z.string(), alpha).nullish(),
    target_modules: strings.nullish(),
    exclude_modules: strings.nullish(),
    layers_to_transform: indices.nullish(),
    modules_to_save: z.array(z.string()).nullish(),
    ensure_weight_tying: z.boolean().nullish(),
  })
  .loose();

/** PEFT's own where the file does not say (LoraConfig's fields). */
const DEFAULT_RANK = 8;
const DEFAULT_ALPHA = 8;

/** Null when there is no such file. @throws FoveaError `bad_checkpoint` or `unsupported_model`, by the key's name */
export async function readAdapterConfig(dir: string): Promise<AdapterConfig | null> {
  const where = join(dir, ADAPTER_CONFIG);
  const json = await readJsonIfThere(where, schema);
  if (json === null) return null;
  const problem = keyProblem(json);
  if (problem !== null) throw cannotMerge(problem, where);
  const ranks = new Map(Object.entries(json.rank_pattern ?? {}));
  const alphas = new Map(Object.entries(json.alpha_pattern ?? {}));
  for (const pattern of [...ranks.keys(), ...alphas.keys()]) {
    const wrong = patternError(pattern);
    if (wrong !== null) throw cannotMerge(`pattern ${JSON.stringify(pattern)} ${wrong}`, where);
  }
  return {
    base: json.base_model_name_or_path || null,
    revision: json.revision || null,
    rank: json.r ?? DEFAULT_RANK,
    alpha: json.lora_alpha ?? DEFAULT_ALPHA,
    rslora: json.use_rslora ?? false,
    ranks,
    alphas,
    targets: {
      modules: json.target_modules ?? null,
      excluded: json.exclude_modules ?? null,
      layers: json.layers_to_transform ?? null,
    },
    whole: json.modules_to_save ?? [],
    keepsTied: json.ensure_weight_tying ?? false,
  };
}

const MERGE =
  'Merge it once with PEFT (merge_and_unload, then save_pretrained of model and processor) and give the folder that comes out';

/** An adapter that is no plain sum. */
export function cannotMerge(what: string, where: string, next = MERGE): FoveaError {
  return new FoveaError('unsupported_model', `the adapter cannot be added to its base: ${what}`, {
    where,
    next,
  });
}
