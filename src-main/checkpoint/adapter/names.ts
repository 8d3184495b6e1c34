/**
 * Modules by the path that an adapter's file has for them → tensors of the base. An adapter keeps the paths of the
 * transformers that trained it, and those have changed three times; which part of the model a path means has not. So
 * paths are read from their ends: the same adapter fits a base of any generation of names.
 */
import type { TensorNames } from '../names.ts';
import type { QwenNames } from '../qwen/names.ts';

/** Names of the base's parts; `projector` is LLaVA's. */
export type PartNames = Pick<
  TensorNames | QwenNames,
  'vision' | 'embed' | 'layers' | 'norm' | 'head' | 'twigLayers' | 'twigNorm'
> &
  Partial<Pick<TensorNames, 'projector'>>;

/** Wrappers around the decoder, in any number and order. */
const DECODER = String.raw`^(?:model\.|language_model\.)*`;
const LAYER = new RegExp(String.raw`${DECODER}(layers|twig_layers)\.(\d+)\.([\w.]+)$`);
const SINGLE = new RegExp(`${DECODER}(embed_tokens|norm|twig_norm|lm_head)$`);
const CLIP = /^(?:model\.)?(?:vision_tower\.)+(?:vision_model\.)?([\w.]+)$/;
const QWEN_VISION = /^(?:model\.)?visual\.([\w.]+)$/;
const PROJECTOR = /^(?:model\.)?(?:multi_modal_projector\.linear_([12])|mm_projector\.([02]))$/;

/**
 * Name of the module in the base, without `.weight` or `.bias`; null for a path of no part of this family. Whether the
 * base has such a tensor is for the caller to see.
 */
export function moduleOf(path: string, names: PartNames): string | null {
  const layer = LAYER.exec(path);
  if (layer) {
    const [, kind, index, rest] = layer;
    return `${kind === 'layers' ? names.layers : names.twigLayers}.${index}.${rest}`;
  }
  const single = SINGLE.exec(path)?.[1];
  if (single !== undefined) {
    const table = { embed_tokens: 'embed', norm: 'norm', twig_norm: 'twigNorm', lm_head: 'head' } as const;
    return names[table[single as keyof typeof table]].replace(/\.weight$/, '');
  }
  if (!names.projector) {
    const rest = QWEN_VISION.exec(path)?.[1];
    return rest === undefined ? null : `${names.vision}.${rest}`;
  }
  const projector = PROJECTOR.exec(path);
  if (projector) return names.projector[projector[1] === '1' || projector[2] === '0' ? 0 : 1];
  const rest = CLIP.exec(path)?.[1];
  return rest === undefined ? null : `${names.vision}.${rest}`;
}
