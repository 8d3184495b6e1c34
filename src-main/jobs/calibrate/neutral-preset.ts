/**
 * The preset that asks for every head's maps of a model nobody made one for: its pictures as its family's authors show them,
 * answer rows, and no head, sink or threshold that would matter.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import type { ModelInfo } from '../../engine/protocol.ts';

/** What the authors' teachers see of a picture, in visual tokens (METHOD §1). */
const SQUARE_TOKENS = 576;
const MAX_NEW_TOKENS = 128;
/** The authors' (METHOD §2); the Qwen variant's `minMax` drops maps that say nothing. */
const RULES = {
  llava: { variant: 'llava', maxRatioLimit: 0.5 },
  qwen: { variant: 'qwen', maxRatioLimit: 0.5, minMax: 0.005, useSmoothing: false },
} as const;

export interface NeutralWish {
  /** What a Qwen teacher is asked with. */
  readonly prompt: 'textual' | 'natural';
}

/** @throws FoveaError `bad_input` for a family that no preset can be of */
export function neutralPreset(info: ModelInfo, { prompt }: NeutralWish): Preset {
  const family = presetSchema.shape.family.safeParse(info.family);
  if (!family.success) {
    throw new FoveaError('bad_input', `presets are not made for the family ${info.family}`, {
      where: info.dir,
      next: 'Calibrate a LLaVA or Qwen-VL model',
    });
  }
  const isLlava = family.data === 'llava';
  const { variant, ...rules } = isLlava ? RULES.llava : RULES.qwen;
  return {
    id: 'neutral',
    name: 'Every head',
    family: family.data,
    grounding: [{ layer: info.layers - 1, heads: 'all' }],
    sink: null,
    rows: 'answer',
    labels: { variant, ...rules, sinkThresh: 0, binaryCoff: 0.2, bgCoff: 0.1 },
    roi: { variant, form: 'mask', threshold: 0.25 },
    rpn: info.rpn && { k: info.rpn.k, t: info.rpn.t },
    maxNewTokens: MAX_NEW_TOKENS,
    ...(isLlava ? {} : { teacher: { squareTokens: SQUARE_TOKENS, prompt } }),
  };
}
