/**
 * Q-Zoom's gate (METHOD §3): a small head, trained beside the RPN, that decides per question whether a crop is needed.
 * Fovea recognises its tensors and says so; it does not run it: every question is looked at again.
 */
import type { RpnFolder } from './rpn-folder.ts';
import type { WeightIndex } from './weight-index.ts';

const GATE_TENSOR = /(^|\.)high_res_(layers|head)\./;

/** Whether a tensor of this name belongs to a gate. */
export const isGateTensor = (name: string): boolean => GATE_TENSOR.test(name);

/** Whether the checkpoint, or the RPN folder laid over it, has one. */
export function hasGate(weights: WeightIndex, rpn: RpnFolder | null): boolean {
  return [...weights.names(), ...(rpn?.tensors.keys() ?? [])].some(isGateTensor);
}
