/**
 * Every key of LoRA's `adapter_config.json` (PEFT 0.4 to 0.21, and those that trainers add): what Fovea implements,
 * what changes no number of a trained adapter, and what is refused by name unless it is off.
 */

/** Obeyed. */
const IMPLEMENTED = [
  'peft_type',
  'base_model_name_or_path',
  'revision',
  'r',
  'lora_alpha',
  'use_rslora',
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'ensure_weight_tying',
  // What the file holds and these leave out is refused (targets.ts).
  'target_modules',
  'exclude_modules',
  'layers_to_transform',
  // Biases that were trained lie in the file whole.
  'bias',
  'init_lora_weights',
];

/** Said of training, or of how the adapter came about. */
const HARMLESS = [
  'auto_mapping',
  'peft_version',
  'task_type',
  'inference_mode',
  'layers_pattern',
  'lora_dropout',
  'eva_config',
  'loftq_config',
  'corda_config',
  'lora_ga_config',
  'qalora_group_size',
  'megatron_core',
  'runtime_config',
  'velora_config',
  // ms-swift's.
  'lora_dtype',
  'lorap_lr_ratio',
  'lorap_emb_lr',
  'model_key_mapping',
];

/** What it is called, and why base + scale · B·A does not say it. */
const REFUSED: Readonly<Record<string, string>> = {
  use_dora: 'DoRA gives each row of a weight a length of its own',
  fan_in_fan_out: 'its weights lie transposed',
  lora_bias: 'the adapter has biases of its own, also where the base has none',
  layer_replication: 'layers of the base are repeated',
  target_parameters: 'parameters that are no layers are adapted',
  alora_invocation_tokens: 'it acts on the tokens after its invocation only',
  trainable_token_indices: 'rows of the embedding table were trained by themselves',
  use_qalora: 'its inputs are pooled in groups (QALoRA)',
  use_bdlora: 'its matrices are block-diagonal (BD-LoRA)',
  arrow_config: 'experts are chosen for every token (Arrow)',
  monteclora_config: 'its matrices are sampled (MonteCLoRA)',
  kasa_config: 'the base loses its smallest singular values (KaSA)',
  megatron_config: 'its layers are those of Megatron',
  enable_lora: 'parts of a layer are adapted separately',
  merge_weights: 'whether its base is merged already is not known',
};

/** Beginnings of A and B that leave the base as it was. Others put a part of it into A and B and take it away. */
const PLAIN_INITS: readonly unknown[] = [
  true,
  false,
  null,
  undefined,
  'gaussian',
  'eva',
  'orthogonal',
  'true',
];
const BIASES: readonly unknown[] = ['none', 'all', 'lora_only', null, undefined];

/** How each key is taken; tables of what is known are made from this. */
export function knownAdapterKeys(): Map<string, 'implemented' | 'harmless' | 'refused'> {
  return new Map([
    ...IMPLEMENTED.map((key) => [key, 'implemented'] as const),
    ...HARMLESS.map((key) => [key, 'harmless'] as const),
    ...Object.keys(REFUSED).map((key) => [key, 'refused'] as const),
  ]);
}

/** Why an adapter of these keys is no plain sum; null when it is one. */
export function keyProblem(config: Readonly<Record<string, unknown>>): string | null {
  const type = config.peft_type;
  if (type !== 'LORA') return `it is ${String(type)}, and only LORA is`;
  const init = config.init_lora_weights;
  if (!PLAIN_INITS.includes(init)) {
    return `init_lora_weights ${JSON.stringify(init)} changed the base's own weights before it was trained`;
  }
  if (!BIASES.includes(config.bias)) return `bias is ${JSON.stringify(config.bias)}`;
  const known = knownAdapterKeys();
  for (const [key, value] of Object.entries(config)) {
    const how = known.get(key);
    // Where PEFT asks for a feature by an object, an empty one asks for it too.
    if (how === 'refused' && value !== null && value !== false) return `${key}: ${REFUSED[key]}`;
    if (how === undefined && !isOff(value))
      return `${key} is ${JSON.stringify(value).slice(0, 80)}, a key that is not known`;
  }
  return null;
}

/** False, null, nothing in it: what a key is when its feature is not used. */
function isOff(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
