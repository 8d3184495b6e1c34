/** Keys of the vision tower: CLIP's and Qwen2.5-VL's. */
import { ANY_CONFIG } from './common.ts';
import { GENERATION_IN_VISION } from './generation.ts';
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, nested, only, refused } from './rule.ts';

const SHARED: KeyTable = {
  ...ANY_CONFIG,
  ...GENERATION_IN_VISION,
  ...each(['bos_token_id', 'eos_token_id', 'tie_word_embeddings'], harmless('a vision tower has no words')),
  architectures: harmless('the model around it decides'),
};

/** CLIP's vision tower: `vision_config`, or the config.json of a tower in a folder of its own. */
export const CLIP_VISION_KEYS: KeyTable = {
  ...SHARED,
  model_type: only(['clip_vision_model', 'clip']),
  ...each(
    [
      'hidden_size',
      'intermediate_size',
      'num_hidden_layers',
      'num_attention_heads',
      'image_size',
      'patch_size',
      'layer_norm_eps',
    ],
    implemented(),
  ),
  hidden_act: only(['quick_gelu', 'gelu']),
  num_channels: refused('pictures have three channels', 3),
  projection_dim: harmless('features are taken before the projection'),
  vocab_size: harmless('a vision tower has no words'),
  vision_use_head: harmless('features are taken before the head'),
};

/** The config.json of a whole CLIP, whose vision tower is used. */
export const CLIP_KEYS: KeyTable = {
  ...SHARED,
  model_type: only(['clip']),
  vision_config: nested(CLIP_VISION_KEYS),
  ...each(
    ['text_config', 'text_config_dict', 'projection_dim', 'logit_scale_init_value', 'vocab_size'],
    harmless('speaks of the text half of CLIP, which nobody here reads'),
  ),
  vision_config_dict: harmless('an older copy of vision_config, which counts'),
};

const AXIAL_ROPE = nested({
  rope_theta: implemented(),
  rope_type: only(['axial', 'default']),
  type: only(['axial', 'default']),
  partial_rotary_factor: refused('only a part of each head would be rotated', 1),
});

/** Qwen2.5-VL's ViT. */
export const QWEN_VISION_KEYS: KeyTable = {
  ...SHARED,
  model_type: only(['qwen2_5_vl', 'qwen2_5_vl_vision']),
  ...each(
    [
      'depth',
      'hidden_size',
      'intermediate_size',
      'num_heads',
      'patch_size',
      'spatial_merge_size',
      'temporal_patch_size',
      'window_size',
      'out_hidden_size',
      'fullatt_block_indexes',
    ],
    implemented(),
  ),
  hidden_act: only(['silu', 'swish']),
  in_channels: only([3]),
  in_chans: only([3]),
  rope_theta: implemented(),
  rope_parameters: AXIAL_ROPE,
  rope_scaling: AXIAL_ROPE,
  spatial_patch_size: harmless('patch_size counts'),
  tokens_per_second: harmless('only films have seconds'),
};
