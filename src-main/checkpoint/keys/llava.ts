/** Keys of config.json of the LLaVA family: the original layout and llava-hf's. */
import { ANY_CONFIG } from './common.ts';
import { LLAMA_KEYS } from './decoder.ts';
import { GENERATION_IN_CONFIG } from './generation.ts';
import { LLAVA_RPN_KEYS } from './rpn.ts';
import type { JsonObject, KeyTable } from './rule.ts';
import { each, harmless, implemented, nested, only, onlyTrue, refused, refusedUnless } from './rule.ts';
import { CLIP_VISION_KEYS } from './vision.ts';

const TRAINING = harmless('only training reads it');

/** `LlavaLlamaForCausalLM`, LLaVA-1.5 as its authors publish it: flat, with the tower named. */
export const LLAVA_ORIGINAL_KEYS: KeyTable = {
  ...LLAMA_KEYS,
  ...LLAVA_RPN_KEYS,
  architectures: implemented('the first one says how the model is read'),
  model_type: implemented('where architectures does not say'),
  rope_parameters: refusedUnless('their code reads rope_theta at the top level only', {
    values: [{}],
    also: {
      words: 'the default kind with that rope_theta',
      holds: (value, beside) => {
        const { rope_type: kind = 'default', rope_theta: theta } = value as JsonObject;
        return kind === 'default' && (theta === undefined || theta === (beside.rope_theta ?? 10000));
      },
    },
  }),
  vision_config: nested(CLIP_VISION_KEYS),
  mm_vision_tower: implemented(),
  mm_vision_select_layer: implemented(),
  mm_vision_select_feature: only(['patch']),
  mm_projector_type: only(['mlp2x_gelu']),
  mm_use_im_start_end: refused('the picture would stand between two more tokens', false),
  image_aspect_ratio: only(['pad', 'square']),
  image_token_index: implemented(),
  tokenizer_model_max_length: implemented('longer prompts are refused, the reference cuts them off'),
  mm_patch_merge_type: refused('the tokens of several views would be merged', 'flat'),
  s2: refused('the picture would be encoded at several sizes', false),
  s2_scales: harmless('only s2 reads it'),
  mm_resampler_type: refused('tokens would be resampled'),
  tune_mm_vision_resampler: TRAINING,
  freeze_mm_vision_resampler: TRAINING,
  ...each(
    [
      'mm_hidden_size',
      'mm_use_im_patch_token',
      'use_mm_proj',
      'image_grid_pinpoints',
      'image_crop_resolution',
      'image_split_resolution',
      'vision_tower',
      'mm_vision_tower_type',
    ],
    harmless('the tensors, or the keys beside it, say the same'),
  ),
  ...each(
    [
      'freeze_mm_mlp_adapter',
      'tune_mm_mlp_adapter',
      'unfreeze_mm_vision_tower',
      'mm_projector_lr',
      'mm_vision_tower_lr',
      'freeze_backbone',
      'pretrain_mm_mlp_adapter',
      'version',
      'group_by_modality_length',
      'mm_tunable_parts',
      'lora_enable',
    ],
    TRAINING,
  ),
  tokenizer_padding_side: harmless('one prompt is run at a time, without padding'),
  padding_side: harmless('one prompt is run at a time, without padding'),
  mm_spatial_pool_stride: harmless('only models of films read it'),
  mm_spatial_pool_mode: harmless('only models of films read it'),
};

/** `LlavaForConditionalGeneration`, llava-hf's. */
export const LLAVA_HF_KEYS: KeyTable = {
  ...ANY_CONFIG,
  ...GENERATION_IN_CONFIG,
  ...LLAVA_RPN_KEYS,
  architectures: implemented('the first one says how the model is read'),
  model_type: implemented('where architectures does not say'),
  text_config: nested(LLAMA_KEYS),
  vision_config: nested(CLIP_VISION_KEYS),
  image_token_index: implemented(),
  image_token_id: implemented(),
  vision_feature_layer: implemented(),
  vision_feature_select_strategy: only(['default']),
  projector_hidden_act: only(['gelu']),
  multimodal_projector_bias: onlyTrue(),
  image_aspect_ratio: only(['pad', 'square']),
  tie_word_embeddings: implemented(),
  eos_token_id: implemented('used where there is no generation_config.json'),
  bos_token_id: harmless('the tokenizer says what a prompt begins with'),
  image_seq_length: harmless("the tower's grid says how many tokens a picture has"),
  vocab_size: harmless("text_config's counts"),
};
