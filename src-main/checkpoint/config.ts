/**
 * `config.json` of the LLaVA family, in both layouts people have on disk, brought to one shape. The original layout
 * (`LlavaLlamaForCausalLM`) is flat and names its vision tower; llava-hf nests `text_config` and `vision_config`.
 * SD-RPN's keys (METHOD §3) sit at the top level of either. What is missing falls back to the defaults of the
 * reference configuration classes, which is what the reference does too.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { badConfig, checkConfig } from './config-check.ts';
import type { UnknownKey } from './keys/check.ts';
import { checkKeys } from './keys/check.ts';
import { LLAVA_HF_KEYS, LLAVA_ORIGINAL_KEYS } from './keys/llava.ts';
import type { TensorNames } from './names.ts';

const count = z.number().int().positive();
/** Layers are listed before their tensors are looked for, so their number must not be believed blindly. */
export const MAX_LAYERS = 1024;
const layerCount = count.max(MAX_LAYERS);
const idOrIds = z.union([z.number().int(), z.array(z.number().int()).min(1)]);

const ropeSchema = z.object({ rope_theta: z.number().positive().nullish() }).nullish();

/** LLaMA's keys that numbers come from; defaults are `LlamaConfig`'s. */
const textSchema = z.object({
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: layerCount.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_parameters: ropeSchema,
  rope_scaling: ropeSchema,
  max_position_embeddings: count.default(2048),
  vocab_size: count.default(32000),
  tie_word_embeddings: z.boolean().default(false),
  bos_token_id: idOrIds.nullish(),
  eos_token_id: idOrIds.nullish(),
});

/** CLIP's vision keys; defaults are `CLIPVisionConfig`'s. */
export const visionSchema = z.object({
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: layerCount.default(12),
  num_attention_heads: count.default(12),
  image_size: count.default(224),
  patch_size: count.default(32),
  hidden_act: z.string().default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
});
export type VisionJson = z.infer<typeof visionSchema>;

/** SD-RPN's keys (METHOD §3). */
const rpnShape = {
  enable_twig: z.boolean().default(false),
  twig_K: z.number().int().nonnegative().optional(),
  twig_T: layerCount.optional(),
  roi_super_type: z.string().default('v1'),
  // As the reference code has it when the key is missing.
  roi_multi_head: z.boolean().default(false),
};

const kindSchema = z
  .object({ architectures: z.array(z.string()).default([]), model_type: z.string().default('') })
  .loose();

const originalSchema = textSchema.extend({
  ...rpnShape,
  mm_vision_tower: z.string().min(1),
  mm_vision_select_layer: z.number().int().default(-2),
  mm_projector_type: z.string().default('linear'),
  // Often a tokenizer's "no limit", 1e30.
  tokenizer_model_max_length: z.number().positive().nullish(),
  image_aspect_ratio: z.string().nullish(),
  image_token_index: z.number().int().nullish(),
  vision_config: visionSchema.optional(),
});

const hfSchema = z.object({
  ...rpnShape,
  text_config: textSchema,
  vision_config: visionSchema,
  // The features of several layers would lie side by side; of a list of one, they are that layer's.
  vision_feature_layer: z
    .union([z.number().int(), z.tuple([z.number().int()]).transform(([layer]) => layer)])
    .default(-2),
  image_aspect_ratio: z.string().nullish(),
  image_token_index: z.number().int().nullish(),
  image_token_id: z.number().int().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  bos_token_id: idOrIds.nullish(),
  eos_token_id: idOrIds.nullish(),
});

/** LLaMA's decoder, or Qwen2's, as numbers. */
export interface TextConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly maxPositions: number;
  readonly vocabSize: number;
  readonly tieWordEmbeddings: boolean;
  /** Queries, keys and values have biases (Qwen2). */
  readonly qkvBias?: boolean;
  /** Qwen's M-RoPE: how many rotary frequencies follow the time, row and column of a token. */
  readonly mropeSection?: readonly [number, number, number];
}

/** CLIP ViT, as numbers. */
export interface VisionConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Side of the square input in pixels, and of a patch. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly layerNormEps: number;
  readonly activation: 'quick_gelu' | 'gelu';
}

/** Whose classes wrote config.json: the original code or llava-hf. Where the tensors lie is in `names`. */
export type TensorLayout = 'llava' | 'llava_hf';

export interface LlavaConfig {
  readonly family: 'llava';
  readonly layout: TensorLayout;
  readonly names: TensorNames;
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  /** hidden_states index of the features taken, negative from the end as in `mm_vision_select_layer`. */
  readonly visionSelectLayer: number;
  /** SD-RPN branch or null. `norm`: `twig_norm` is applied (roi_super_type `v1`). */
  readonly rpn: {
    readonly k: number;
    readonly t: number;
    readonly norm: boolean;
    readonly multiHead: boolean;
  } | null;
  /** The placeholder id when config.json names one; the tokenizer's `<image>` otherwise. */
  readonly imageTokenId: number | null;
  /** How a picture becomes the encoder's square (METHOD §4): padded with the mean colour, or cut at the centre. */
  readonly geometry: ImageGeometry | null;
  readonly bosTokenIds: readonly number[];
  readonly eosTokenIds: readonly number[];
}
export type ImageGeometry = 'pad' | 'center_crop';

/** A config whose tensors are still to be found, and whose vision numbers may come from the tower's own folder. */
export type ConfigDraft = Omit<LlavaConfig, 'vision' | 'names'> & {
  readonly vision: VisionConfig | null;
  /** `mm_vision_tower` of the original layout: a relative folder, an absolute one, or a hub name. */
  readonly towerName: string | null;
};

/** What Fovea runs, for messages. */
export const SUPPORTED =
  'LlavaLlamaForCausalLM (LLaVA-1.5, original layout), LlavaForConditionalGeneration (llava-hf), Qwen2_5_VLForConditionalGeneration';

/**
 * @param json the parsed config.json
 * @throws FoveaError `unsupported_model` for another architecture or an option Fovea does not implement,
 *   `bad_checkpoint` for a malformed value.
 */
export function parseConfig(json: unknown, where: string): ConfigDraft {
  llavaKeys(json, where);
  return layoutIn(json, where) === 'llava'
    ? fromOriginal(checkConfig(originalSchema, json, where), where)
    : fromHf(checkConfig(hfSchema, json, where), where);
}

/**
 * The keys of a config.json of this family that Fovea knows nothing of.
 * @throws FoveaError `unsupported_model` naming the first key that Fovea would have to obey and does not.
 */
export function llavaKeys(json: unknown, where: string): UnknownKey[] {
  const table = layoutIn(json, where) === 'llava' ? LLAVA_ORIGINAL_KEYS : LLAVA_HF_KEYS;
  return checkKeys(json, table, { path: where });
}

/** @throws FoveaError `unsupported_model` for another architecture. */
function layoutIn(json: unknown, where: string): 'llava' | 'llava_hf' {
  const kind = checkConfig(kindSchema, json, where);
  const architecture = kind.architectures[0] ?? kind.model_type;
  switch (architecture) {
    case 'LlavaLlamaForCausalLM':
    case 'llava_llama':
      return 'llava';
    case 'LlavaForConditionalGeneration':
      return 'llava_hf';
    case 'llava':
      return 'text_config' in kind ? 'llava_hf' : 'llava';
    default:
      throw unsupported(`the architecture ${architecture || '(none named)'}`, where);
  }
}

function fromOriginal(c: z.infer<typeof originalSchema>, where: string): ConfigDraft {
  // Where the key is missing, the reference makes one linear layer.
  if (c.mm_projector_type !== 'mlp2x_gelu') {
    throw unsupported(`mm_projector_type ${c.mm_projector_type}`, where);
  }
  // transformers 4.37, which their code is written for, knows the key at the top level only.
  const flat = { ...c, rope_parameters: null, rope_scaling: null };
  const text = textConfig(flat, c.tie_word_embeddings, where);
  // The reference cuts the end off a longer prompt; here it is refused when it comes.
  const maxPositions = Math.min(text.maxPositions, c.tokenizer_model_max_length ?? text.maxPositions);
  return {
    family: 'llava',
    layout: 'llava',
    text: { ...text, maxPositions },
    vision: c.vision_config ? visionConfig(c.vision_config, where) : null,
    towerName: c.mm_vision_tower,
    visionSelectLayer: c.mm_vision_select_layer,
    rpn: rpnConfig(c, c.num_hidden_layers, where),
    imageTokenId: c.image_token_index ?? null,
    geometry: c.image_aspect_ratio === 'pad' ? 'pad' : null,
    bosTokenIds: ids(c.bos_token_id),
    eosTokenIds: ids(c.eos_token_id),
  };
}

function fromHf(c: z.infer<typeof hfSchema>, where: string): ConfigDraft {
  const { text_config: text, image_token_id: id, image_token_index: index } = c;
  // Two names of one number: transformers takes whichever the file has last.
  if (typeof id === 'number' && typeof index === 'number' && id !== index) {
    throw badConfig(`image_token_index ${index} and image_token_id ${id} contradict each other`, where);
  }
  return {
    family: 'llava',
    layout: 'llava_hf',
    // transformers 5 ties where either says so.
    text: textConfig(text, (c.tie_word_embeddings ?? false) || text.tie_word_embeddings, where),
    vision: visionConfig(c.vision_config, where),
    towerName: null,
    visionSelectLayer: c.vision_feature_layer,
    rpn: rpnConfig(c, text.num_hidden_layers, where),
    imageTokenId: index ?? id ?? null,
    geometry: c.image_aspect_ratio === 'pad' ? 'pad' : null,
    bosTokenIds: ids(c.bos_token_id ?? text.bos_token_id),
    eosTokenIds: ids(c.eos_token_id ?? text.eos_token_id),
  };
}

function textConfig(c: z.infer<typeof textSchema>, tied: boolean, where: string): TextConfig {
  const kvHeads = c.num_key_value_heads ?? c.num_attention_heads;
  const headDim = c.head_dim ?? c.hidden_size / c.num_attention_heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0 || c.num_attention_heads % kvHeads !== 0) {
    throw badConfig('the head counts do not divide the hidden size', where);
  }
  return {
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    kvHeads,
    headDim,
    rmsNormEps: c.rms_norm_eps,
    ropeTheta: (c.rope_scaling ?? c.rope_parameters)?.rope_theta ?? c.rope_theta ?? 10000,
    maxPositions: c.max_position_embeddings,
    vocabSize: c.vocab_size,
    tieWordEmbeddings: tied,
  };
}

/** @throws FoveaError `unsupported_model` or `bad_checkpoint`. */
export function visionConfig(c: VisionJson, where: string): VisionConfig {
  if (c.hidden_act !== 'quick_gelu' && c.hidden_act !== 'gelu') {
    throw unsupported(`the vision tower's hidden_act ${c.hidden_act}`, where);
  }
  if (c.hidden_size % c.num_attention_heads !== 0 || c.image_size < c.patch_size) {
    throw badConfig("the vision tower's numbers contradict each other", where);
  }
  return {
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    imageSize: c.image_size,
    patchSize: c.patch_size,
    layerNormEps: c.layer_norm_eps,
    activation: c.hidden_act,
  };
}

function rpnConfig(
  c: z.infer<z.ZodObject<typeof rpnShape>>,
  layers: number,
  where: string,
): LlavaConfig['rpn'] {
  if (!c.enable_twig) return null;
  if (c.twig_K === undefined || c.twig_T === undefined)
    throw badConfig('enable_twig is set without twig_K and twig_T', where);
  if (c.twig_K >= layers) throw badConfig(`twig_K ${c.twig_K} is not a layer of ${layers}`, where);
  return { k: c.twig_K, t: c.twig_T, norm: c.roi_super_type === 'v1', multiHead: c.roi_multi_head };
}

function ids(value: number | number[] | null | undefined): number[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function unsupported(what: string, where: string): FoveaError {
  return new FoveaError('unsupported_model', `Fovea does not run ${what}`, {
    where,
    next: `It runs ${SUPPORTED}`,
  });
}
