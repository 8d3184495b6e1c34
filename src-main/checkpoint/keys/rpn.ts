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
    ['twig_init', 'twig_freeze', 'roi_post_training', 'add_noise_to_roi', 'roi_binary_coff', 'roi_bg_coff'],
    harmless('only training reads it'),
  ),
  ...each(
    ['enable_high_res', 'high_res_K', 'high_res_T', 'high_res_thresh'],
    harmless('speaks of the gate, which is not run: every question gets a second look'),
  ),
  reuse_src_pos: implemented(),
};

export const LLAVA_RPN_KEYS: KeyTable = { ...SHARED, roi_super_type: implemented() };

/** Their Qwen2.5-VL has no `lazy` inference. */
export const QWEN_RPN_KEYS: KeyTable = { ...SHARED, roi_super_type: only(['v1']) };
