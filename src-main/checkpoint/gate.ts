/**
 * Q-Zoom's gate (METHOD §8): a few decoder layers and a head, trained beside the RPN, that decide per question whether a crop is
 * needed. Its tensors are recognised in any checkpoint; it runs where config.json says so (qwen/config.ts).
 */
import type { LlavaConfig } from './config.ts';
import type { QwenConfig } from './qwen/config.ts';
import type { RpnFolder } from './rpn-folder.ts';
import type { WeightIndex } from './weight-index.ts';

const GATE_TENSOR = /(^|\.)high_res_(layers|head)\./;

/** Whether a tensor of this name belongs to a gate. */
export const isGateTensor = (name: string): boolean => GATE_TENSOR.test(name);

/** Whether the checkpoint, or the RPN folder laid over it, has one. */
export function hasGate(weights: WeightIndex, rpn: RpnFolder | null): boolean {
  return [...weights.names(), ...(rpn?.tensors.keys() ?? [])].some(isGateTensor);
}

/** The threshold of the gate that runs; nothing where none does. */
export function gateThresholdOf({ config }: { readonly config: LlavaConfig | QwenConfig }): {
  readonly gateThreshold?: number;
} {
  return config.family === 'qwen2_5_vl' && config.gate ? { gateThreshold: config.gate.threshold } : {};
}
