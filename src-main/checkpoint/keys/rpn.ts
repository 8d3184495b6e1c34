/** Keys of SD-RPN's branch and Q-Zoom's gate (METHOD §3, §8), at the top level of config.json in every family. */
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, only, refused } from './rule.ts';

const EVALUATION = harmless("the authors' evaluation sets it; here the run's settings do");

const SHARED: KeyTable = {
  enable_twig: implemented(),
  twig_K: implemented(),
  twig_T: implemented(),
  roi_branch: harmless('enable_twig says that there is a branch'),
  roi_source: only(['qk']),
  roi_multi_head: implemented(),
  // mse: scores are softmaxed, and the threshold is a negative one.
  roi_loss: only(['bce', 'focal']),
  roi_enable2stage: EVALUATION,
  upscale_method: EVALUATION,
  up_scale_method: EVALUATION,
  mask_upscale_budget: EVALUATION,
  mask_upsample_budget: EVALUATION,
  roi2stage_max_ratio: refused('crops would lose tokens', -1),
  ...each(
    ['twig_init', 'twig_freeze', 'add_noise_to_roi', 'roi_binary_coff', 'roi_bg_coff'],
    harmless('only training reads it'),
  ),
  ...each(
    ['roi_skip_ffn', 'roi_keep_ffn_mod_ratio'],
    harmless("written by Q-Zoom's trainer, read by nothing"),
  ),
};

/** Q-Zoom has no LLaVA code. */
export const LLAVA_RPN_KEYS: KeyTable = {
  ...SHARED,
  roi_super_type: implemented(),
  ...each(
    ['enable_high_res', 'high_res_K', 'high_res_T', 'high_res_thresh', 'roi_post_training', 'reuse_src_pos'],
    harmless('speaks of Q-Zoom, which has no code for LLaVA'),
  ),
};

/** Their Qwen2.5-VL has no `lazy` inference. */
export const QWEN_RPN_KEYS: KeyTable = {
  ...SHARED,
  roi_super_type: only(['v1']),
  // That they are there makes the checkpoint Q-Zoom's (qwen/rules.ts).
  ...each(
    ['enable_high_res', 'high_res_K', 'high_res_T', 'high_res_thresh', 'roi_post_training', 'reuse_src_pos'],
    implemented(),
  ),
  ...each(
    ['min_pixels', 'max_pixels'],
    harmless("Q-Zoom's trainer notes its budget; the processor's file says the model's"),
  ),
};
