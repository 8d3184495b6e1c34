/** A fresh RPN for a model that has none, or another one than its own. */
import type { GraphSource } from '../../../models/architectures/index.ts';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

export interface InitialBranch {
  /** The base layer whose input the branch takes, and how many layers it has. */
  readonly k: number;
  readonly t: number;
  /** `twig_norm` is applied; by default as the authors train each family: LLaVA's is, Qwen's is not. */
  readonly norm?: boolean;
  /** Scores are a mean over heads; the authors' scripts say so for every model. */
  readonly multiHead?: boolean;
}

/**
 * The checkpoint with a branch as the authors start it (METHOD §3): the layers are those of the base from K on, and
 * `twig_norm` is its final norm. Nothing is copied: the same bytes of the same files under the branch's names.
 * @throws FoveaError `bad_input` when the base has no such layers, `unsupported_model` when they are packed.
 */
export function initialBranch({ config, weights }: GraphSource, branch: InitialBranch): GraphSource {
  const { k, t, multiHead = true, norm = config.family === 'llava' } = branch;
  const { layers } = config.text;
  if (!(Number.isInteger(k) && Number.isInteger(t) && k >= 0 && t >= 1 && k + t <= layers)) {
    throw new FoveaError(
      'bad_input',
      `an RPN of ${counted(t, 'layer')} cannot start from layer ${k} of ${layers}`,
      {
        next: 'Give K and T so that K + T is at most the number of layers',
      },
    );
  }
  const { names } = config;
  const prefix = `${names.twigLayers}.`;
  const baseName = (name: string): string => {
    if (name === names.twigNorm) return names.norm;
    if (!name.startsWith(prefix)) return name;
    const [i = '', ...rest] = name.slice(prefix.length).split('.');
    return [names.layers, k + Number(i), ...rest].join('.');
  };
  refusePacked(weights, `${names.layers}.${k}.mlp.down_proj.weight`);
  const rpn = { k, t, norm, multiHead };
  return {
    config: config.family === 'llava' ? { ...config, rpn } : { ...config, rpn },
    weights: {
      get: (name) => weights.get(baseName(name)),
      names: () => weights.names(),
      ...(weights.packing === undefined ? {} : { packing: weights.packing }),
    },
  };
}

function refusePacked(weights: GraphSource['weights'], name: string): void {
  if (weights.get(name)) return;
  if (!weights.packing && !weights.quantised?.(name)) return;
  throw new FoveaError('unsupported_model', 'a new RPN cannot start from layers whose weights are packed', {
    where: name,
    next: 'Give the model that is not packed, or an RPN folder to go on from (--rpn)',
  });
}
