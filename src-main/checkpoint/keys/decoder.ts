/** Keys of the language model: LLaMA's (`text_config` of llava-hf, the top level of the original layout) and Qwen2.5's. */
import { ANY_CONFIG } from './common.ts';
import { GENERATION_IN_CONFIG } from './generation.ts';
import type { JsonObject, KeyTable, Values } from './rule.ts';
import { each, harmless, implemented, nested, only, refused, refusedUnless } from './rule.ts';

const SHARED: KeyTable = {
  ...ANY_CONFIG,
  ...GENERATION_IN_CONFIG,
  ...each(
    [
      'hidden_size',
      'intermediate_size',
      'num_hidden_layers',
      'num_attention_heads',
      'num_key_value_heads',
      'rms_norm_eps',
      'rope_theta',
      'max_position_embeddings',
      'vocab_size',
    ],
    implemented(),
  ),
  hidden_act: only(['silu', 'swish']),
  eos_token_id: implemented('used where there is no generation_config.json'),
  bos_token_id: harmless('the tokenizer says what a prompt begins with'),
  partial_rotary_factor: refused('only a part of each head would be rotated', 1),
  architectures: harmless('the model around it decides'),
  logits_soft_cap: refused('logits would be capped'),
  final_logit_softcapping: refused('logits would be capped'),
  attn_logit_softcapping: refused('attention would be capped'),
};

/** What scaled rotary positions add; without a scaling type nothing reads it. */
const SCALING = each(
  [
    'factor',
    'original_max_position_embeddings',
    'attention_factor',
    'beta_fast',
    'beta_slow',
    'long_factor',
    'short_factor',
    'low_freq_factor',
    'high_freq_factor',
    'truncate',
    'mscale',
    'mscale_all_dim',
    'max_position_embeddings',
    'finetuned',
  ],
  harmless('only a scaled rope_type reads it, and those are refused'),
);
/** transformers 5 may nest one set of numbers per kind of layer. */
const PER_LAYER = each(
  ['full_attention', 'sliding_attention', 'chunked_attention', 'linear_attention'],
  refused('layers would have rotary positions of different kinds'),
);
const ROPE: KeyTable = {
  ...SCALING,
  ...PER_LAYER,
  rope_theta: implemented(),
  partial_rotary_factor: refused('only a part of each head would be rotated', 1),
};
const PLAIN_ROPE = nested({ ...ROPE, rope_type: only(['default']), type: only(['default']) });
const M_ROPE = nested({
  ...ROPE,
  rope_type: only(['default', 'mrope']),
  type: only(['default', 'mrope']),
  mrope_section: implemented(),
  mrope_interleaved: refused('rows and columns would share the frequencies in another order', false),
});

/** A window as long as the longest prompt leaves nothing out. */
const WIDE_WINDOW: Values = {
  values: [],
  also: {
    words: 'at least max_position_embeddings',
    holds: (value, beside) =>
      typeof value === 'number' && value >= (positionsOf(beside) ?? Number.POSITIVE_INFINITY),
  },
};

function positionsOf(beside: JsonObject): number | null {
  return typeof beside.max_position_embeddings === 'number' ? beside.max_position_embeddings : null;
}

const WINDOW = 'tokens would not see everything before them';
const FULL_LAYERS: Values = {
  values: [],
  also: {
    words: 'full_attention in every layer',
    holds: (value) => Array.isArray(value) && value.every((kind) => kind === 'full_attention'),
  },
};

/** LLaMA's decoder. */
export const LLAMA_KEYS: KeyTable = {
  ...SHARED,
  model_type: only(
    ['llama'],
    undefined,
    'It runs llava-hf checkpoints around a LLaMA or Vicuna decoder (model_type llama)',
  ),
  head_dim: implemented(),
  tie_word_embeddings: implemented(),
  rope_scaling: PLAIN_ROPE,
  rope_parameters: PLAIN_ROPE,
  attention_bias: refused('the decoder would have biases', false),
  mlp_bias: refused('the decoder would have biases', false),
  pretraining_tp: harmless('it cuts matrices into slices, and the sums are the same'),
  sliding_window: refusedUnless(WINDOW, WIDE_WINDOW),
  use_sliding_window: refused(WINDOW, false),
  max_window_layers: harmless('only models with a sliding window read it'),
  layer_types: refusedUnless(WINDOW, FULL_LAYERS),
};

/** Qwen2.5's decoder, at the top level of published files and in `text_config` of newer ones. */
export const QWEN_TEXT_KEYS: KeyTable = {
  ...SHARED,
  model_type: only(['qwen2_5_vl_text', 'qwen2_5_vl']),
  tie_word_embeddings: implemented(),
  rope_scaling: M_ROPE,
  rope_parameters: M_ROPE,
  use_sliding_window: refused(WINDOW, false),
  sliding_window: harmless('only use_sliding_window puts it into force'),
  max_window_layers: harmless('only use_sliding_window puts it into force'),
  layer_types: refusedUnless(WINDOW, FULL_LAYERS),
  ...each(
    ['image_token_id', 'video_token_id', 'vision_start_token_id', 'vision_end_token_id', 'vision_token_id'],
    harmless('the one at the top level counts'),
  ),
};
