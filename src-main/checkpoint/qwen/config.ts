/**
 * `config.json` of Qwen2.5-VL, brought to numbers. Published files are flat (the decoder's keys at the top level);
 * newer transformers nests them in `text_config`. SD-RPN's keys sit at the top level of either. Defaults are the
 * reference configuration classes'.
 */
import { z } from 'zod';
import { badConfig, checkConfig } from '../config-check.ts';
import type { LlavaConfig, TextConfig } from '../config.ts';
import type { UnknownKey } from '../keys/check.ts';
import { checkKeys } from '../keys/check.ts';
import { QWEN_FLAT_KEYS, QWEN_NESTED_KEYS } from '../keys/qwen.ts';
import type { QwenNames } from './names.ts';

const count = z.number().int().positive();
const id = z.number().int().nonnegative();
const ropeSchema = z
  .object({
    rope_theta: z.number().positive().nullish(),
    mrope_section: z.tuple([count, count, count]).nullish(),
  })
  .nullish();

const textSchema = z.object({
  hidden_size: count.default(8192),
  intermediate_size: count.default(29568),
  num_hidden_layers: count.default(80),
  num_attention_heads: count.default(64),
  // Null: as many as heads.
  num_key_value_heads: count.nullable().default(8),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  max_position_embeddings: count.default(32768),
  vocab_size: count.default(152064),
  tie_word_embeddings: z.boolean().default(false),
  eos_token_id: z.union([id, z.array(id).min(1)]).nullish(),
  bos_token_id: z.union([id, z.array(id).min(1)]).nullish(),
});

const visionSchema = z.object({
  depth: count.default(32),
  hidden_size: count.default(3584),
  intermediate_size: count.default(3420),
  num_heads: count.default(16),
  patch_size: count.default(14),
  spatial_merge_size: count.default(2),
  temporal_patch_size: count.default(2),
  window_size: count.default(112),
  out_hidden_size: count.default(3584),
  fullatt_block_indexes: z.array(z.number().int().nonnegative()).default([7, 15, 23, 31]),
  rope_parameters: ropeSchema,
  rope_scaling: ropeSchema,
  rope_theta: z.number().positive().nullish(),
});

const rootSchema = z
  .object({
    vision_config: visionSchema,
    text_config: z.object({}).loose().nullish(),
    image_token_id: id.default(151655),
    tie_word_embeddings: z.boolean().optional(),
    eos_token_id: z.union([id, z.array(id).min(1)]).nullish(),
    enable_twig: z.boolean().default(false),
    twig_K: z.number().int().nonnegative().optional(),
    twig_T: count.optional(),
    // As the reference code has it when the key is missing.
    roi_multi_head: z.boolean().default(false),
    // Q-Zoom's code takes a missing key for false, and the RPN's numbers where the gate has none of its own.
    enable_high_res: z.boolean().nullish(),
    high_res_K: z.number().int().nonnegative().nullish(),
    high_res_T: count.nullish(),
    high_res_thresh: z.number().nullish(),
  })
  .loose();

/** Qwen2.5-VL's ViT, as numbers. */
export interface QwenVisionConfig {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly heads: number;
  /** Side of a patch in pixels; a visual token is `mergeSize`² patches. */
  readonly patchSize: number;
  readonly mergeSize: number;
  readonly temporalPatchSize: number;
  /** Side of an attention window in visual tokens. */
  readonly windowCells: number;
  /** Layers that attend over the whole picture. */
  readonly fullLayers: readonly number[];
  readonly ropeTheta: number;
}

/** Q-Zoom's gate: hidden_states[k] through t decoder layers and a linear head (METHOD §8). */
export interface GateConfig {
  readonly k: number;
  readonly t: number;
  /** No crop strictly below it, where nobody says another; negative: it always passes. */
  readonly threshold: number;
}

export interface QwenConfig {
  readonly family: 'qwen2_5_vl';
  readonly names: QwenNames;
  readonly text: TextConfig;
  readonly vision: QwenVisionConfig;
  readonly rpn: LlavaConfig['rpn'];
  /** Null: none that runs. */
  readonly gate: GateConfig | null;
  readonly imageTokenId: number;
  readonly bosTokenIds: readonly number[];
  readonly eosTokenIds: readonly number[];
}

/** Whether a config.json is of this family. */
export function isQwenConfig(json: unknown): boolean {
  const kind = z
    .object({ architectures: z.array(z.string()).catch([]), model_type: z.string().catch('') })
    .safeParse(json);
  if (!kind.success) return false;
  const { architectures, model_type } = kind.data;
  const [name] = architectures;
  return name === undefined ? model_type === 'qwen2_5_vl' : name.startsWith('Qwen2_5_VL');
}

/** A config whose tensors are still to be found. */
export type QwenDraft = Omit<QwenConfig, 'names'>;

/**
 * The keys of a config.json of this family that Fovea knows nothing of.
 * @throws FoveaError `unsupported_model` naming the first key that Fovea would have to obey and does not.
 */
export function qwenKeys(json: unknown, where: string): UnknownKey[] {
  const { text_config: inner } = z
    .object({ text_config: z.unknown() })
    .catch({ text_config: null })
    .parse(json);
  return checkKeys(json, (inner ?? null) === null ? QWEN_FLAT_KEYS : QWEN_NESTED_KEYS, { path: where });
}

/**
 * @throws FoveaError `unsupported_model` for an option Fovea does not implement, `bad_checkpoint` for a malformed value.
 */
export function parseQwenConfig(json: unknown, where: string): QwenDraft {
  qwenKeys(json, where);
  const root = checkConfig(rootSchema, json, where);
  const text = checkConfig(textSchema, root.text_config ?? json, where);
  const rope = text.rope_scaling ?? text.rope_parameters ?? {};
  const heads = text.num_attention_heads;
  const kvHeads = text.num_key_value_heads ?? heads;
  const headDim = text.hidden_size / heads;
  const mropeSection = rope.mrope_section ?? [16, 24, 24];
  const rpn = rpnConfig(root, text.num_hidden_layers, where);
  if (!Number.isInteger(headDim) || heads % kvHeads !== 0) {
    throw badConfig('the head counts do not divide the hidden size', where);
  }
  if (2 * mropeSection.reduce((a, b) => a + b, 0) !== headDim) {
    throw badConfig(
      `mrope_section ${mropeSection.join(', ')} does not fill half a head of ${headDim}`,
      where,
    );
  }
  return {
    family: 'qwen2_5_vl',
    text: {
      hiddenSize: text.hidden_size,
      intermediateSize: text.intermediate_size,
      layers: text.num_hidden_layers,
      heads,
      kvHeads,
      headDim,
      rmsNormEps: text.rms_norm_eps,
      ropeTheta: rope.rope_theta ?? text.rope_theta ?? 1e6,
      maxPositions: text.max_position_embeddings,
      vocabSize: text.vocab_size,
      tieWordEmbeddings: (root.tie_word_embeddings ?? false) || text.tie_word_embeddings,
      qkvBias: true,
      mropeSection,
    },
    vision: visionConfig(root.vision_config, text.hidden_size, where),
    rpn,
    gate: gateConfig(root, rpn),
    imageTokenId: root.image_token_id,
    bosTokenIds: [text.bos_token_id ?? []].flat(),
    // As `GenerationConfig.from_model_config`: the outer one, then the decoder's.
    eosTokenIds: [root.eos_token_id ?? text.eos_token_id ?? []].flat(),
  };
}

function visionConfig(c: z.infer<typeof visionSchema>, width: number, where: string): QwenVisionConfig {
  const windowCells = Math.floor(c.window_size / c.spatial_merge_size / c.patch_size);
  if (c.hidden_size % (4 * c.num_heads) !== 0 || windowCells < 1 || c.out_hidden_size !== width) {
    throw badConfig("the vision tower's numbers contradict each other", where);
  }
  return {
    layers: c.depth,
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    heads: c.num_heads,
    patchSize: c.patch_size,
    mergeSize: c.spatial_merge_size,
    temporalPatchSize: c.temporal_patch_size,
    windowCells,
    fullLayers: c.fullatt_block_indexes,
    ropeTheta: (c.rope_scaling ?? c.rope_parameters)?.rope_theta ?? c.rope_theta ?? 10000,
  };
}

/** The authors' code makes one beside an RPN only. */
function gateConfig(c: z.infer<typeof rootSchema>, rpn: QwenConfig['rpn']): GateConfig | null {
  if (!c.enable_high_res || !rpn) return null;
  return {
    k: c.high_res_K ?? rpn.k,
    t: c.high_res_T ?? rpn.t,
    threshold: Math.min(1, Math.max(-1, c.high_res_thresh ?? GATE_THRESHOLD)),
  };
}

/** Of their code where config.json names none. */
const GATE_THRESHOLD = 0.1;

function rpnConfig(c: z.infer<typeof rootSchema>, layers: number, where: string): QwenConfig['rpn'] {
  if (!c.enable_twig) return null;
  if (c.twig_K === undefined || c.twig_T === undefined) {
    throw badConfig('enable_twig is set without twig_K and twig_T', where);
  }
  if (c.twig_K >= layers) throw badConfig(`twig_K ${c.twig_K} is not a layer of ${layers}`, where);
  // METHOD §3: Qwen's twig_norm exists and is not used.
  return { k: c.twig_K, t: c.twig_T, norm: false, multiHead: c.roi_multi_head };
}
