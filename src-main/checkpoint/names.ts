/**
 * Where the parts of a model lie among the tensors. transformers has renamed them more than once, and a file that is
 * saved again may keep an older name for one part and get a newer one for another; so every part is looked for by
 * itself, under the names that any version gave it.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { WeightIndex } from './weight-index.ts';

/** One part of a model and the names it may have. */
export interface Part {
  /** For messages. */
  readonly what: string;
  /** Prefixes, the most common first: it is named where the part is not there at all. */
  readonly places: readonly string[];
  /** What follows the prefix in tensors that no other place has; one of them is enough. */
  readonly marks: readonly string[];
}

/** @throws FoveaError `bad_checkpoint` when the part is there under two names: nobody says which one is meant. */
export function placeOf({ what, places, marks }: Part, weights: WeightIndex, dir: string): string {
  const found = places.filter((place) => marks.some((mark) => weights.shapeOf(place + mark)));
  if (found.length > 1) {
    const names = found.map((place) => `${place}…`).join(' and ');
    throw new FoveaError('bad_checkpoint', `the checkpoint holds its ${what} under two names: ${names}`, {
      where: dir,
      next: 'Load it once with the transformers it was made with and save it into an empty folder',
    });
  }
  return found[0] ?? (places[0] as string);
}

/** Names of a decoder's parts; `…Layers` are followed by `.{i}.…` with the same sub-names in all. */
export interface DecoderNames {
  readonly embed: string;
  readonly layers: string;
  readonly norm: string;
  readonly head: string;
  readonly twigLayers: string;
  readonly twigNorm: string;
  /** Of Q-Zoom's gate: layers as the others', and before `.weight` and `.bias` of its head. */
  readonly gateLayers: string;
  readonly gateHead: string;
}

/** Names of the parts of a LLaVA. */
export interface TensorNames extends DecoderNames {
  /** Before `embeddings…`, `pre_layrnorm…`, `encoder.layers…`. */
  readonly vision: string;
  readonly projector: readonly [first: string, second: string];
}

/** What tells a decoder and an RPN from what lies beside them. */
export const DECODER_MARKS: readonly string[] = [
  '.embed_tokens.weight',
  '.layers.0.input_layernorm.weight',
  '.norm.weight',
];
export const RPN_MARKS: readonly string[] = ['.twig_layers.0.input_layernorm.weight', '.twig_norm.weight'];

/** The names of a decoder, its head and its RPN, which are the same in every family. */
export function decoderNames(decoder: string, head: string, rpn: string): DecoderNames {
  return {
    embed: `${decoder}.embed_tokens.weight`,
    layers: `${decoder}.layers`,
    norm: `${decoder}.norm.weight`,
    head: `${head}.weight`,
    twigLayers: `${rpn}.twig_layers`,
    twigNorm: `${rpn}.twig_norm.weight`,
    gateLayers: `${rpn}.high_res_layers`,
    gateHead: `${rpn}.high_res_head`,
  };
}
