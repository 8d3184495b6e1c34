/**
 * Whether a Qwen2.5-VL checkpoint is SD-RPN's or Q-Zoom's (METHOD §8). Q-Zoom's trainer writes keys that SD-RPN's does
 * not know into every config.json from its first stage on, and its last stage adds the gate's tensors.
 */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { CheckpointRules } from '../../../src-shared/contract/rules.ts';
import { SD_RPN_RULES } from '../../../src-shared/contract/rules.ts';
import { checkConfig } from '../config-check.ts';
import { isGateTensor } from '../gate.ts';
import type { RpnFolder } from '../rpn-folder.ts';
import type { WeightIndex } from '../weight-index.ts';

/** Keys that only Q-Zoom's trainer writes, whatever their value. */
const KEY = /^(enable_high_res|high_res_.+|reuse_src_pos|roi_post_training)$/;

const layer = z.number().int().nonnegative();
const keysSchema = z
  .object({
    enable_high_res: z.boolean().nullish(),
    high_res_K: layer.nullish(),
    twig_K: layer.nullish(),
    // The authors' code takes a missing key for false.
    reuse_src_pos: z.boolean().nullish(),
  })
  .loose();

/**
 * @param json config.json of the folder
 * @param rpn an RPN laid over it, whose folder then decides
 * @throws FoveaError `bad_checkpoint` for a malformed value; `unsupported_model` for a gate that reads another layer than
 *   the RPN, where the authors' code leaves out the layers between
 */
export function qwenRules(
  json: unknown,
  where: string,
  weights: WeightIndex,
  rpn: RpnFolder | null,
): CheckpointRules {
  const keys = checkConfig(keysSchema, rpn ? rpn.config : json, rpn ? rpn.configPath : where);
  const names = rpn ? [...rpn.tensors.keys()] : [...weights.names()];
  if (!Object.keys(keys).some((key) => KEY.test(key)) && !names.some(isGateTensor)) return SD_RPN_RULES;
  const { enable_high_res: gated, high_res_K: gateK, twig_K: rpnK } = keys;
  if (gated && typeof gateK === 'number' && gateK !== rpnK) {
    throw new FoveaError(
      'unsupported_model',
      `Fovea does not run Qwen2.5-VL with a gate at layer ${gateK} (high_res_K) beside an RPN at layer ${rpnK ?? '(none)'} (twig_K)`,
      {
        where: rpn ? rpn.configPath : where,
        next: 'It runs the published configurations: both read one layer',
      },
    );
  }
  return { name: 'q-zoom', cropPositions: keys.reuse_src_pos ? 'source' : 'own' };
}
