/**
 * From an opened checkpoint to a model that runs, on the device asked for or the best one that is right. A device
 * other than the CPU is used only after its self-check.
 */
import type { GraphSource, ModelGraphs } from '../../models/architectures/index.ts';
import { modelGraphs } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { VisionLanguageModel } from '../pipeline/ports.ts';
import type { Device, DeviceChoice, SessionSettings } from './device.ts';
import { candidates, deviceUnavailable, knownDevices } from './device.ts';
import { OnnxModel } from './model.ts';
import type { SelfCheck } from './self-check.ts';
import { selfCheck } from './self-check.ts';

export interface LoadOptions {
  readonly device: DeviceChoice;
  readonly cpuThreads?: number;
  /** Other graphs for one device; tests prove with it that a device that computes wrong is refused. */
  readonly graphsFor?: (device: Device, graphs: ModelGraphs) => ModelGraphs;
}

export interface LoadInfo {
  readonly parameters: number;
  /** Null on the CPU, which is the reference. */
  readonly selfCheck: SelfCheck | null;
  readonly loadMs: number;
  /** What `auto` passed over and why, one line each. */
  readonly passedOver: readonly string[];
}

export type LoadedModel = VisionLanguageModel & { readonly info: LoadInfo };

/**
 * Loads a checkpoint. `auto` takes the first GPU that is there, right and not slower than the CPU, else the CPU.
 * @throws FoveaError `device_unavailable`, `device_disagrees`, `missing_tensor`, `out_of_memory`; nothing stays open.
 */
export async function loadModel(checkpoint: GraphSource, options: LoadOptions): Promise<LoadedModel> {
  const start = performance.now();
  const graphs = modelGraphs(checkpoint);
  const passedOver: string[] = [];
  for (const device of candidates(options.device)) {
    try {
      const { model, check } = await open(device, graphs, options);
      const info: LoadInfo = {
        parameters: countParameters(checkpoint),
        selfCheck: check,
        loadMs: performance.now() - start,
        passedOver,
      };
      return Object.assign(model, { info });
    } catch (error) {
      if (options.device !== 'auto' || device === 'cpu') throw error;
      passedOver.push(`${device}: ${FoveaError.from(error).message}`);
    }
  }
  throw new FoveaError('internal', 'no device is left');
}

async function open(
  device: Device,
  graphs: ModelGraphs,
  options: LoadOptions,
): Promise<{ model: OnnxModel; check: SelfCheck | null }> {
  if (!knownDevices().includes(device)) {
    throw deviceUnavailable(device, new Error(`this build of ONNX Runtime has ${knownDevices().join(', ')}`));
  }
  const settings = (on: Device): SessionSettings => ({
    device: on,
    ...(options.cpuThreads === undefined ? {} : { cpuThreads: options.cpuThreads }),
  });
  const model = new OnnxModel(options.graphsFor?.(device, graphs) ?? graphs, settings(device));
  try {
    await model.warm();
    if (device === 'cpu') return { model, check: null };
    const check = await checkAgainstCpu(model, new OnnxModel(graphs, settings('cpu')));
    if (options.device === 'auto' && check.seconds.device > check.seconds.cpu) {
      throw new FoveaError('device_unavailable', 'slower than the CPU on this model');
    }
    return { model, check };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

async function checkAgainstCpu(model: OnnxModel, reference: OnnxModel): Promise<SelfCheck> {
  try {
    return await selfCheck(model, reference);
  } finally {
    await reference.dispose();
  }
}

function countParameters({ weights }: GraphSource): number {
  let count = 0;
  for (const name of weights.names()) count += weights.get(name)?.shape.reduce((a, b) => a * b, 1) ?? 0;
  return count;
}
