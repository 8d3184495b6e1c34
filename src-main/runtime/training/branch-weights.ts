/** The branch's numbers: what is trained, where it is read from, and the authors' names for it. */
import { open } from 'node:fs/promises';
import type { GraphSource } from '../../../models/architectures/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readFloats } from '../../checkpoint/quantised/floats.ts';
import { adder } from '../../checkpoint/quantised/low-rank.ts';
import type { WeightRef } from '../../graph/weights.ts';
import type { AdamTensor } from './adamw.ts';
import type { TrainedWeight } from './branch-graph.ts';

/** Values read at once: 16 MB of float32. */
const PIECE = 4 << 20;

/** One trained tensor: its numbers, its sum of gradients and its moments, each once. */
export interface BranchTensor extends AdamTensor {
  /** As the checkpoint calls it. */
  readonly tensor: string;
  /** As the authors' code calls it. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Weight decay is for matrices: transformers leaves out norms and biases (`get_decay_parameter_names`). */
  readonly decays: boolean;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Reads the trained weights as float32 and makes gradients and moments of 0 for them.
 * @throws FoveaError `missing_tensor` when one is absent or packed, `bad_checkpoint` when it is not finite or cut short.
 */
export async function readBranch(
  { config, weights }: GraphSource,
  trained: readonly TrainedWeight[],
): Promise<BranchTensor[]> {
  const { twigLayers, twigNorm } = config.names;
  const tensors: BranchTensor[] = [];
  for (const { tensor, shape } of trained) {
    const ref = weights.get(tensor);
    if (!ref) throw new FoveaError('missing_tensor', `the checkpoint has no tensor ${tensor}`);
    const zeros = (): Float32Array => new Float32Array(sizeOf(shape));
    const weight = zeros();
    await readInto(weight, tensor, ref);
    tensors.push({
      tensor,
      name:
        tensor === twigNorm
          ? 'model.twig_norm.weight'
          : `model.twig_layers${tensor.slice(twigLayers.length)}`,
      shape,
      decays: shape.length > 1,
      weight,
      gradient: zeros(),
      first: zeros(),
      second: zeros(),
    });
  }
  return tensors;
}

/** A stored tensor's values, what an adapter adds to it included. */
async function readInto(values: Float32Array, tensor: string, ref: WeightRef): Promise<void> {
  const add = ref.plus ? await adder(ref.plus, ref.shape) : null;
  const row = values.length / (ref.shape[0] ?? 1);
  const file = await open(ref.file, 'r');
  let at = 0;
  try {
    for await (const floats of readFloats(
      file,
      { ...ref, name: tensor },
      row * Math.max(1, Math.floor(PIECE / row)),
    )) {
      add?.(floats, at / row);
      values.set(floats, at);
      at += floats.length;
    }
  } finally {
    await file.close();
  }
  if (!values.every(Number.isFinite)) {
    throw new FoveaError('bad_checkpoint', `tensor ${tensor} holds numbers that are not finite`, {
      where: ref.file,
      next: 'Download this file again, or train from another RPN',
    });
  }
}
