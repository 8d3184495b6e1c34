/**
 * `config.json` of the LLaVA family, in both layouts people have on disk, brought to one shape. The original layout
 * (`LlavaLlamaForCausalLM`) is flat and names its vision tower; llava-hf nests `text_config` and `vision_config`.
 * SD-RPN's keys (METHOD §3) sit at the top level of either. What is missing falls back to the defaults of the
 * reference configuration classes, which is what the reference does too.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { badConfig, checkConfig } from './config-check.ts';

const count = z.number().int().positive();
/** Layers are listed before their tensors are looked for, so their number must not be believed blindly. */
export const MAX_LAYERS = 1024;
const layerCount = count.max(MAX_LAYERS);

/** LLaMA's keys; defaults are `LlamaConfig`'s. */
const textSchema = z.object({
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: layerCount.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.string().default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_parameters: z.object({ rope_theta: z.number().positive().optional() }).loose().nullish(),
  rope_scaling: z.object({}).loose().nullish(),
  max_position_embeddings: count.default(2048),
  vocab_size: count.default(32000),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
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
  roi_source: z.string().default('qk'),
  roi_super_type: z.string().default('v1'),
  // As the reference code has it when the key is missing.
  roi_multi_head: z.boolean().default(false),
};

const kindSchema = z
  .object({ architectures: z.array(z.string()).default([]), model_type: z.string().default('') })
  .loose();

const idOrIds = z.union([z.number().int(), z.array(z.number().int()).min(1)]);

const originalSchema = textSchema.extend({
  ...rpnShape,
  mm_vision_tower: z.string().min(1),
  mm_vision_select_layer: z.number().int().default(-2),
  mm_vision_select_feature: z.string().default('patch'),
  mm_projector_type: z.string().default('linear'),
  mm_use_im_start_end: z.boolean().default(false),
  image_aspect_ratio: z.string().optional(),
  image_token_index: z.number().int().optional(),
  bos_token_id: idOrIds.nullish(),
  eos_token_id: idOrIds.nullish(),
  vision_config: visionSchema.optional(),
});

const hfSchema = z.object({
  ...rpnShape,
  text_config: textSchema,
  vision_config: visionSchema,
  vision_feature_layer: z.number().int().default(-2),
  vision_feature_select_strategy: z.string().default('default'),
  projector_hidden_act: z.string().default('gelu'),
  multimodal_projector_bias: z.boolean().default(true),
  image_aspect_ratio: z.string().optional(),
  image_token_index: z.number().int().optional(),
  image_token_id: z.number().int().optional(),
  tie_word_embeddings: z.boolean().optional(),
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

/**
 * Where the tensors' names come from. llava-hf's config is the same for three generations of names; the tensors
 * decide (`layoutOf`): old files, files with everything under `model.`, and those whose tower lacks `vision_model`.
 */
export type TensorLayout = 'llava' | 'llava_hf' | 'llava_hf_v5' | 'llava_hf_v5_flat';

export interface LlavaConfig {
  readonly family: 'llava';
  readonly layout: TensorLayout;
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

/** A config whose vision numbers may still have to come from the tower's own folder. */
export type ConfigDraft = Omit<LlavaConfig, 'vision'> & {
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
  const kind = checkConfig(kindSchema, json, where);
  const architecture = kind.architectures[0] ?? kind.model_type;
  switch (architecture) {
    case 'LlavaLlamaForCausalLM':
    case 'llava_llama':
      return fromOriginal(checkConfig(originalSchema, json, where), where);
    case 'LlavaForConditionalGeneration':
      return fromHf(checkConfig(hfSchema, json, where), where);
    case 'llava':
      return 'text_config' in kind
        ? fromHf(checkConfig(hfSchema, json, where), where)
        : fromOriginal(checkConfig(originalSchema, json, where), where);
    default:
      throw unsupported(`the architecture ${architecture || '(none named)'}`, where);
  }
}

function fromOriginal(c: z.infer<typeof originalSchema>, where: string): ConfigDraft {
  need(c.mm_projector_type === 'mlp2x_gelu', `mm_projector_type ${c.mm_projector_type}`, where);
  need(
    c.mm_vision_select_feature === 'patch',
    `mm_vision_select_feature ${c.mm_vision_select_feature}`,
    where,
  );
  need(!c.mm_use_im_start_end, 'mm_use_im_start_end', where);
  return {
    family: 'llava',
    layout: 'llava',
    text: textConfig(c, c.tie_word_embeddings, where),
    vision: c.vision_config ? visionConfig(c.vision_config, where) : null,
    towerName: c.mm_vision_tower,
    visionSelectLayer: c.mm_vision_select_layer,
    rpn: rpnConfig(c, c.num_hidden_layers, where),
    imageTokenId: c.image_token_index ?? null,
    geometry: geometryOf(c.image_aspect_ratio, where),
    bosTokenIds: ids(c.bos_token_id),
    eosTokenIds: ids(c.eos_token_id),
  };
}

function fromHf(c: z.infer<typeof hfSchema>, where: string): ConfigDraft {
  need(c.projector_hidden_act === 'gelu', `projector_hidden_act ${c.projector_hidden_act}`, where);
  need(c.multimodal_projector_bias, 'a projector without bias', where);
  need(
    c.vision_feature_select_strategy === 'default',
    `vision_feature_select_strategy ${c.vision_feature_select_strategy}`,
    where,
  );
  return {
    family: 'llava',
    layout: 'llava_hf',
    text: textConfig(c.text_config, c.tie_word_embeddings ?? c.text_config.tie_word_embeddings, where),
    vision: visionConfig(c.vision_config, where),
    towerName: null,
    visionSelectLayer: c.vision_feature_layer,
    rpn: rpnConfig(c, c.text_config.num_hidden_layers, where),
    imageTokenId: c.image_token_index ?? c.image_token_id ?? null,
    geometry: geometryOf(c.image_aspect_ratio, where),
    bosTokenIds: ids(c.bos_token_id),
    eosTokenIds: ids(c.eos_token_id),
  };
}

function textConfig(c: z.infer<typeof textSchema>, tied: boolean, where: string): TextConfig {
  need(c.hidden_act === 'silu', `hidden_act ${c.hidden_act}`, where);
  need(!c.rope_scaling, 'rope_scaling', where);
  need(!c.attention_bias && !c.mlp_bias, 'biases in the decoder', where);
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
    ropeTheta: c.rope_theta ?? c.rope_parameters?.rope_theta ?? 10000,
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
  need(c.roi_source === 'qk', `roi_source ${c.roi_source}`, where);
  return { k: c.twig_K, t: c.twig_T, norm: c.roi_super_type === 'v1', multiHead: c.roi_multi_head };
}

/** `anyres` feeds several views of one picture, which the method does not cover. Null: the processor's config decides. */
function geometryOf(aspect: string | undefined, where: string): ImageGeometry | null {
  if (aspect === undefined || aspect === 'square') return null;
  need(aspect === 'pad', `image_aspect_ratio ${aspect}`, where);
  return 'pad';
}

function ids(value: number | number[] | null | undefined): number[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function need(ok: boolean, what: string, where: string): void {
  if (!ok) throw unsupported(what, where);
}

function unsupported(what: string, where: string): FoveaError {
  return new FoveaError('unsupported_model', `Fovea does not run ${what}`, {
    where,
    next: `It runs ${SUPPORTED}`,
  });
}
