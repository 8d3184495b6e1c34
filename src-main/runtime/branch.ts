/**
 * The RPN of a checkpoint without the model below it, on the CPU: its weights are few, and what it reads was computed
 * before. Sessions are made when they are first used, so nothing else of the checkpoint is opened.
 */
import type { GraphSource } from '../../models/architectures/index.ts';
import { modelGraphs } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { VisionLanguageModel } from '../pipeline/ports.ts';
import { OnnxModel } from './model.ts';

/**
 * A model whose `rpn` runs, with weights as they are stored.
 * @param cpuThreads absent: one per core
 * @throws FoveaError `bad_checkpoint` where the checkpoint has no branch
 */
export function loadBranch(checkpoint: GraphSource, cpuThreads?: number): VisionLanguageModel {
  const graphs = modelGraphs(checkpoint);
  if (graphs.rpn === null) {
    throw new FoveaError('bad_checkpoint', 'the checkpoint has no RPN to ask', {
      next: 'Give the folder of an RPN that belongs to this model (--rpn DIR)',
    });
  }
  return new OnnxModel(graphs, { device: 'cpu', cpuThreads: cpuThreads ?? 0 });
}
