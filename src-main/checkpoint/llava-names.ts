/** The names of LLaVA's tensors, in the original layout and in every generation of llava-hf's. */
import type { TensorLayout } from './config.ts';
import { DECODER_MARKS, decoderNames, placeOf, RPN_MARKS } from './names.ts';
import type { Part, TensorNames } from './names.ts';
import type { WeightIndex } from './weight-index.ts';

/** Prefixes of the parts; the names follow from them. */
export interface LlavaPlaces {
  readonly vision: string;
  /** Before the number of a projector's layer. */
  readonly projector: string;
  readonly decoder: string;
  readonly head: string;
  /** Before `twig_layers` and `twig_norm`. */
  readonly rpn: string;
}

const VISION_MARKS = ['.embeddings.class_embedding', '.pre_layrnorm.weight'];
/** Where a tower of the original layout lies; its own names follow. */
export const ORIGINAL_TOWER = 'model.vision_tower.vision_tower';

/**
 * Every name that a part ever had. llava-hf: up to 5.3 and from 5.6 on `language_model.model`, in 5.4 and 5.5
 * `model.language_model.model`, without the last `model` in files that 4.37 made of those and in such as were saved
 * under the names a model has in memory. CLIP lost its `vision_model` with 5.6.
 */
const PARTS: Readonly<Record<TensorLayout, Readonly<Record<keyof LlavaPlaces, Part>>>> = {
  llava: {
    vision: {
      what: 'vision tower',
      places: [`${ORIGINAL_TOWER}.vision_model`, ORIGINAL_TOWER],
      marks: VISION_MARKS,
    },
    projector: { what: 'projector', places: ['model.mm_projector.'], marks: ['0.bias', '2.bias'] },
    decoder: { what: 'decoder', places: ['model'], marks: DECODER_MARKS },
    head: { what: 'output head', places: ['lm_head'], marks: ['.weight'] },
    rpn: { what: 'RPN', places: ['model'], marks: RPN_MARKS },
  },
  llava_hf: {
    vision: {
      what: 'vision tower',
      places: [
        'vision_tower.vision_model',
        'vision_tower',
        'model.vision_tower.vision_model',
        'model.vision_tower',
      ],
      marks: VISION_MARKS,
    },
    projector: {
      what: 'projector',
      places: ['multi_modal_projector.linear_', 'model.multi_modal_projector.linear_'],
      marks: ['1.bias', '2.bias'],
    },
    decoder: {
      what: 'decoder',
      places: ['language_model.model', 'model.language_model', 'model.language_model.model'],
      marks: DECODER_MARKS,
    },
    head: { what: 'output head', places: ['language_model.lm_head', 'lm_head'], marks: ['.weight'] },
    // SD-RPN's own code has it under `model`, whatever the base's names; a model in llava-hf's classes in its decoder.
    rpn: {
      what: 'RPN',
      places: ['model', 'language_model.model', 'model.language_model', 'model.language_model.model'],
      marks: RPN_MARKS,
    },
  },
};
const PROJECTOR_LAYERS: Readonly<Record<TensorLayout, readonly [string, string]>> = {
  llava: ['0', '2'],
  llava_hf: ['1', '2'],
};

/**
 * The names under which these tensors hold the parts of a model with such a config.json.
 * @throws FoveaError `bad_checkpoint` when a part is there under two names.
 */
export function findLlavaNames(layout: TensorLayout, weights: WeightIndex, dir: string): TensorNames {
  const place = (part: keyof LlavaPlaces): string => placeOf(PARTS[layout][part], weights, dir);
  return llavaNames(layout, {
    vision: place('vision'),
    projector: place('projector'),
    decoder: place('decoder'),
    head: place('head'),
    rpn: place('rpn'),
  });
}

/** The names of a model whose parts lie at `places`, or, for those not given, where most files have them. */
export function llavaNames(layout: TensorLayout, places: Partial<LlavaPlaces> = {}): TensorNames {
  const at = (part: keyof LlavaPlaces): string => places[part] ?? (PARTS[layout][part].places[0] as string);
  const [first, second] = PROJECTOR_LAYERS[layout];
  return {
    vision: at('vision'),
    projector: [at('projector') + first, at('projector') + second],
    ...decoderNames(at('decoder'), at('head'), at('rpn')),
  };
}
