/** The names of Qwen2.5-VL's tensors, in every generation. */
import { DECODER_MARKS, decoderNames, placeOf, RPN_MARKS } from '../names.ts';
import type { DecoderNames, Part } from '../names.ts';
import type { WeightIndex } from '../weight-index.ts';

export interface QwenNames extends DecoderNames {
  /** Before `patch_embed…`, `blocks…`, `merger…`. */
  readonly vision: string;
}

/** Prefixes of the parts; the names follow from them. */
export interface QwenPlaces {
  readonly vision: string;
  readonly decoder: string;
  readonly head: string;
  /** Before `twig_layers` and `twig_norm`. */
  readonly rpn: string;
}

/**
 * Every name that a part ever had: `visual` and `model`; in 5.4 and 5.5 `model.visual` and `model`; `model.visual` and
 * `model.language_model` in files saved under the names a model has in memory.
 */
const PARTS: Readonly<Record<keyof QwenPlaces, Part>> = {
  vision: {
    what: 'vision tower',
    places: ['visual', 'model.visual'],
    marks: ['.patch_embed.proj.weight', '.merger.ln_q.weight'],
  },
  decoder: { what: 'decoder', places: ['model', 'model.language_model'], marks: DECODER_MARKS },
  head: { what: 'output head', places: ['lm_head'], marks: ['.weight'] },
  rpn: { what: 'RPN', places: ['model', 'model.language_model'], marks: RPN_MARKS },
};

/**
 * The names under which these tensors hold the parts.
 * @throws FoveaError `bad_checkpoint` when a part is there under two names.
 */
export function findQwenNames(weights: WeightIndex, dir: string): QwenNames {
  const place = (part: keyof QwenPlaces): string => placeOf(PARTS[part], weights, dir);
  return qwenNames({
    vision: place('vision'),
    decoder: place('decoder'),
    head: place('head'),
    rpn: place('rpn'),
  });
}

/** The names of a model whose parts lie at `places`, or, for those not given, where published files have them. */
export function qwenNames(places: Partial<QwenPlaces> = {}): QwenNames {
  const at = (part: keyof QwenPlaces): string => places[part] ?? (PARTS[part].places[0] as string);
  return { vision: at('vision'), ...decoderNames(at('decoder'), at('head'), at('rpn')) };
}
