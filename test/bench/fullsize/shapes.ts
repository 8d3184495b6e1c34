/**
 * The two published shapes that `bench:fullsize` builds with random weights: LLaVA-1.5-7B with SD-RPN's branch in the
 * original layout, fp16, and Qwen2.5-VL-3B with its branch, bf16; and both in small, for its test.
 */
import { fileURLToPath } from 'node:url';

export interface Shape {
  readonly name: 'llava-1.5-7b' | 'qwen2.5-vl-3b';
  readonly preset: string;
  readonly dtype: 'F16' | 'BF16';
  /** A small checkpoint whose tokenizer is taken over and filled up to `tokens`. */
  readonly tokenizer: string;
  readonly tokens: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly preprocessor: Readonly<Record<string, unknown>>;
}

const CASES = fileURLToPath(new URL('../../golden/oracle/cases/', import.meta.url));
/** METHOD §3. */
const TWIG = {
  enable_twig: true,
  twig_T: 3,
  roi_branch: true,
  roi_source: 'qk',
  roi_super_type: 'v1',
  roi_multi_head: true,
};
/** Widths of the small ones are the full ones' over this. */
const SMALL = 16;

function llava(divisor: number): Shape {
  const small = divisor > 1;
  return {
    name: 'llava-1.5-7b',
    preset: 'llava-1.5-7b',
    dtype: 'F16',
    tokenizer: `${CASES}llava-original-twig`,
    tokens: 32_000,
    config: {
      architectures: ['LlavaLlamaForCausalLM'],
      model_type: 'llava_llama',
      hidden_size: 4096 / divisor,
      intermediate_size: 11_008 / divisor,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      vocab_size: 32_000,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      bos_token_id: 1,
      eos_token_id: 2,
      tie_word_embeddings: false,
      mm_vision_tower: 'openai/clip-vit-large-patch14-336',
      mm_vision_select_layer: -2,
      mm_projector_type: 'mlp2x_gelu',
      image_aspect_ratio: 'pad',
      ...(small ? { vision_config: { ...CLIP, hidden_size: 64, intermediate_size: 256 } } : {}),
      ...TWIG,
      twig_K: 15,
    },
    preprocessor: {
      size: { shortest_edge: 336 },
      crop_size: { height: 336, width: 336 },
      resample: 3,
    },
  };
}

const CLIP = { num_hidden_layers: 24, num_attention_heads: 16, image_size: 336, patch_size: 14 };

function qwen(divisor: number): Shape {
  const small = divisor > 1;
  return {
    name: 'qwen2.5-vl-3b',
    preset: 'qwen2.5-vl-3b-natural',
    dtype: 'BF16',
    tokenizer: `${CASES}qwen2_5-vl-windows`,
    tokens: 151_665,
    config: {
      architectures: ['Qwen2_5_VLForConditionalGeneration'],
      model_type: 'qwen2_5_vl',
      // The small tokenizer's ids.
      image_token_id: 335,
      video_token_id: 336,
      vision_start_token_id: 333,
      vision_end_token_id: 334,
      bos_token_id: 330,
      eos_token_id: 332,
      vision_config: {
        depth: 32,
        hidden_size: small ? 128 : 1280,
        intermediate_size: small ? 344 : 3420,
        num_heads: 16,
        patch_size: 14,
        window_size: 112,
        out_hidden_size: 2048 / divisor,
        fullatt_block_indexes: [7, 15, 23, 31],
        hidden_act: 'silu',
        spatial_merge_size: 2,
        temporal_patch_size: 2,
        in_channels: 3,
      },
      hidden_size: 2048 / divisor,
      intermediate_size: 11_008 / divisor,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 2,
      vocab_size: 151_936,
      max_position_embeddings: 128_000,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      rope_scaling: { type: 'mrope', mrope_section: small ? [2, 1, 1] : [16, 24, 24] },
      hidden_act: 'silu',
      use_sliding_window: false,
      tie_word_embeddings: true,
      ...TWIG,
      twig_K: 21,
    },
    preprocessor: {
      min_pixels: 56 * 56,
      max_pixels: 28 * 28 * 1280,
      patch_size: 14,
      temporal_patch_size: 2,
      merge_size: 2,
      resample: 3,
    },
  };
}

/** Both shapes, at full size or in small. */
export function shapes(size: 'full' | 'small'): Shape[] {
  const divisor = size === 'full' ? 1 : SMALL;
  return [llava(divisor), qwen(divisor)];
}
