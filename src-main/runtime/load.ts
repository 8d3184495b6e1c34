/**
 * From an opened checkpoint to a model that runs, on the device asked for or the best one that is right. A device
 * other than the CPU is used only after its self-check.
 */
import { availableMemory } from 'node:process';
import type { GraphSource, ModelGraphs } from '../../models/architectures/index.ts';
import { modelGraphs } from '../../models/architectures/index.ts';
import { memoryEstimate } from '../checkpoint/memory.ts';
import { formOf, openCached } from '../checkpoint/cached.ts';
import { measuredLayers } from '../checkpoint/quantised/index.ts';
import type { Measured } from '../checkpoint/quantised/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { WeightRef } from '../graph/weights.ts';
import { placed } from '../graph/weights.ts';
import type { ChosenPrecision, Precision } from '../../src-shared/contract/models.ts';
import { isInt8 } from '../../src-shared/contract/models.ts';
import type { VisionLanguageModel } from '../pipeline/ports.ts';
import type { Tokenizer } from '../checkpoint/tokenizer/tokenizer.ts';
import type { Device, DeviceChoice, SessionSettings } from './device.ts';
import { candidates, deviceUnavailable, knownDevices, MAX_BUFFER_BYTES } from './device.ts';
import { heldDtypes } from './held.ts';
import { hasSignedProducts } from './int8/signed-products.ts';
import { measureLayers } from './int8/measure.ts';
import { samplePrompt } from './int8/sample.ts';
import { OnnxModel } from './model.ts';
import { choosePrecision } from './precision/choose.ts';
import type { ChooseOptions, PrecisionSource } from './precision/choose.ts';
import type { SelfCheck } from './self-check.ts';
import { probeSeconds, selfCheck, stepsCheck } from './self-check.ts';

export interface LoadOptions {
  readonly device: DeviceChoice;
  /** Compute threads on the CPU. Default: one for a small model, one per physical core for others. */
  readonly cpuThreads?: number;
  /** Default: as stored. Other weights come from a cache, written when it is not there (checkpoint/quantised). */
  readonly precision?: Precision;
  /** Where caches lie; default: the person's cache folder. */
  readonly cacheFolder?: string;
  /** Hears how far writing a missing cache is, in bytes of the checkpoint. */
  readonly onQuantise?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Stops writing a cache, and making the sessions of a model that has one per layer. */
  readonly signal?: AbortSignal;
  /** Memory that may be taken; default: what the system says is free. */
  readonly availableBytes?: number;
  /** Largest buffer of the device asked for; default: what is known of it. */
  readonly maxBufferBytes?: number;
  /** Numbers in a matrix from which on int8 rounds it; default: those that are faster for it (int8/choose.ts). */
  readonly int8Worth?: number;
  /** Dtypes that the device holds as they are stored; default: found out by trying. */
  readonly held?: readonly WeightRef['dtype'][];
  /** Other graphs for one device; tests prove with it that a device that computes wrong is refused. */
  readonly graphsFor?: (device: Device, graphs: ModelGraphs) => ModelGraphs;
}

/** Below this many parameters a matrix is too small to be worth waking a second thread. */
const SINGLE_THREAD_BELOW = 50e6;

/**
 * Held weights from which on parts make room for one another: of a 7B at int4, vision tower and RPN take 0.7 GB, and
 * opening them again some 2 s of the half minute that a sample takes on two cores.
 */
const TIGHT_ABOVE = 2e9;

export interface LoadInfo {
  readonly parameters: number;
  /** Null on the CPU, which is the reference. */
  readonly selfCheck: SelfCheck | null;
  /** Why samples run one at a time on the device: steps of many failed their check. Null: they run together. */
  readonly oneAtATime: string | null;
  readonly loadMs: number;
  /** Compute threads on the CPU; 0: one per physical core. */
  readonly cpuThreads: number;
  /** Dtypes of weights that the device holds as they are stored; it has the others as float32. */
  readonly held: readonly WeightRef['dtype'][];
  /** What `auto` passed over and why, one line each. */
  readonly passedOver: readonly string[];
}

/** A checkpoint; with its tokenizer, int8 is measured on a prompt in its own words. */
export type LoadSource = PrecisionSource & { readonly tokenizer?: Tokenizer };

export type LoadedModel = VisionLanguageModel & Pick<OnnxModel, 'encoder'> & { readonly info: LoadInfo };

/**
 * Loads a checkpoint. `auto` takes the first GPU that is there, right and not slower than the CPU, else the CPU.
 * @throws FoveaError `device_unavailable`, `device_disagrees`, `missing_tensor`, `out_of_memory` (before anything is read
 *   when the weights cannot fit), `cancelled`, with a cache also what `openCached` throws; nothing stays open.
 */
export async function loadModel(stored: LoadSource, options: LoadOptions): Promise<LoadedModel> {
  const start = performance.now();
  const { precision = 'as-stored' } = options;
  // What cannot be had of these weights or on this device is refused before anything is measured or written.
  formOf(stored, precision);
  const devices = isInt8(precision) ? onlyCpu(options.device) : candidates(options.device);
  const measured = isInt8(precision) ? await measuredFor(stored, options) : null;
  const { heldBytes, smallest } = weightsAt(stored, precision, measured?.layers);
  if (options.device === 'cpu') refuseTooLarge(heldBytes, smallest, options);
  const checkpoint = await atPrecision(stored, options, measured);
  const parameters = countParameters(checkpoint);
  const cpuThreads = options.cpuThreads ?? threadsFor(parameters);
  const passedOver: string[] = [];
  for (const device of devices) {
    if (device === 'cpu') refuseTooLarge(heldBytes, smallest, options);
    try {
      const { model, check, oneAtATime, held } = await open(device, checkpoint, {
        ...options,
        cpuThreads,
        repacked: precision === 'int4' || isInt8(precision) || Boolean(stored.weights.packing),
        halves: hasHalves(checkpoint),
        heldBytes,
      });
      const info: LoadInfo = {
        parameters,
        selfCheck: check,
        oneAtATime,
        loadMs: performance.now() - start,
        cpuThreads,
        held,
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

/** Bytes of weights that the process holds at a precision, and whether none holds fewer. */
function weightsAt(
  stored: LoadSource,
  precision: Precision,
  measured: Measured | null = null,
): { readonly heldBytes: number; readonly smallest: boolean } {
  const all = memoryEstimate(stored, measured);
  const { copiedBytes } = precision === 'as-stored' ? all : (all[precision] ?? all);
  return { heldBytes: copiedBytes, smallest: precision === 'int4' || all.int4 === undefined };
}

/** int8 is a form for processors: graphics cards have no such product in ONNX Runtime. */
function onlyCpu(device: DeviceChoice): Device[] {
  if (device === 'cpu' || device === 'auto') return ['cpu'];
  throw new FoveaError('device_unavailable', `int8 weights run on the CPU, not on ${device}`, {
    next: 'Use --device cpu, or other weights (--precision int4, fp16 or as-stored)',
  });
}

/** Weights that do not fit would take the whole machine down before they fail. */
function refuseTooLarge(heldBytes: number, smallest: boolean, { availableBytes }: LoadOptions): void {
  const free = availableBytes ?? availableMemory();
  // Where the system does not say, it is left to it.
  if (free <= 0 || heldBytes <= free) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const others = 'close other programs, or take a smaller model';
  throw new FoveaError(
    'out_of_memory',
    `the weights take ${gigabytes(heldBytes)} of memory, ${gigabytes(free)} are free`,
    {
      next: smallest ? `To run it, ${others}` : `Use int4 weights (--precision int4), ${others}`,
    },
  );
}

interface Opened {
  readonly model: OnnxModel;
  readonly check: SelfCheck | null;
  readonly oneAtATime: LoadInfo['oneAtATime'];
  readonly held: LoadInfo['held'];
}

async function open(
  device: Device,
  checkpoint: GraphSource,
  options: LoadOptions & {
    readonly cpuThreads: number;
    readonly repacked: boolean;
    readonly halves: boolean;
    readonly heldBytes: number;
  },
): Promise<Opened> {
  if (!knownDevices().includes(device)) {
    throw deviceUnavailable(device, new Error(`this build of ONNX Runtime has ${knownDevices().join(', ')}`));
  }
  const { cpuThreads, repacked: prepack, halves, heldBytes } = options;
  const onCpu = halves || prepack ? 'layered' : 'exact';
  const settings = (on: Device): SessionSettings => ({
    device: on,
    cpuThreads,
    prepack,
    inTurn: on === 'cpu' && onCpu === 'layered',
  });
  const graphs = modelGraphs(checkpoint);
  const maxBytes = options.maxBufferBytes ?? MAX_BUFFER_BYTES[device];
  const held = options.held ?? (await heldDtypes(settings(device), storedDtypes(checkpoint)));
  const signedProducts = !isInt8(options.precision) || (await hasSignedProducts(settings(device)));
  const weights = placed(checkpoint.weights, { maxBytes, held, signedProducts });
  const forDevice = modelGraphs({ config: checkpoint.config, weights });
  const own = options.graphsFor?.(device, forDevice) ?? forDevice;
  const model = new OnnxModel(
    own,
    settings(device),
    device === 'cpu' ? onCpu : 'resident',
    device === 'cpu' && heldBytes > TIGHT_ABOVE,
    maxBytes,
  );
  try {
    if (device === 'cpu') {
      await model.warm(options.signal);
      return { model, check: null, oneAtATime: null, held };
    }
    const reference = new OnnxModel(graphs, settings('cpu'), onCpu);
    return { model, held, ...(await compare(model, reference, options.device === 'auto')) };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

/**
 * Self-check against a CPU model that is let go afterwards; `auto` also wants the device to be the faster one. A device that is
 * right but for steps of many sequences takes one at a time.
 */
async function compare(
  model: OnnxModel,
  reference: OnnxModel,
  mustBeFaster: boolean,
): Promise<Pick<Opened, 'check' | 'oneAtATime'>> {
  try {
    const check = await selfCheck(model, reference);
    if (mustBeFaster && (await probeSeconds(model)) > (await probeSeconds(reference))) {
      throw new FoveaError('device_unavailable', 'slower than the CPU on this model');
    }
    try {
      const { maxError, limit } = await stepsCheck(model, reference);
      return { check: { maxError: Math.max(check.maxError, maxError), limit }, oneAtATime: null };
    } catch (error) {
      model.refuseBatches();
      return { check, oneAtATime: FoveaError.from(error).message };
    }
  } finally {
    await reference.dispose();
  }
}

/** The checkpoint with the weights that a precision asks for, what an adapter adds to them included. */
async function atPrecision(
  stored: LoadSource,
  options: LoadOptions,
  measured: MeasuredNow | null,
): Promise<GraphSource> {
  const { precision = 'as-stored', cacheFolder, onQuantise, signal } = options;
  const looked = measured?.isNew ? storedBytes(stored) : 0;
  const weights = await openCached(stored, precision, {
    ...(cacheFolder === undefined ? {} : { folder: cacheFolder }),
    ...(signal ? { signal } : {}),
    ...(onQuantise
      ? { onProgress: ({ done, total }) => onQuantise({ done: looked + done, total: looked + total }) }
      : {}),
    ...(measured ? { measure: () => Promise.resolve(measured.layers) } : {}),
  });
  return weights ? { config: stored.config, weights } : stored;
}

interface MeasuredNow {
  readonly layers: Measured;
  /** Nobody had measured them before. */
  readonly isNew: boolean;
}

/**
 * How the layers bear int8, known or measured now.
 * @throws FoveaError as `measureLayers`, and `out_of_memory` where they cannot fit, whatever comes out
 */
async function measuredFor(stored: LoadSource, options: LoadOptions): Promise<MeasuredNow> {
  let isNew = false;
  const measure = (): Promise<Measured> => {
    isNew = true;
    // One digit each is the least they come to; how many take two shows only then.
    const { heldBytes, smallest } = weightsAt(stored, 'int8-fast');
    refuseTooLarge(heldBytes, smallest, options);
    return measureStored(stored, options);
  };
  return { layers: await measuredLayers(stored, measure, options.cacheFolder), isNew };
}

/** Looks at the layers of the checkpoint, which reads it once; writing the cache afterwards reads it a second time. */
async function measureStored(stored: LoadSource, options: LoadOptions): Promise<Measured> {
  const { cacheFolder, onQuantise, signal, cpuThreads = 0, int8Worth } = options;
  const bytes = storedBytes(stored);
  const stop = signal ? { signal } : {};
  // What an adapter adds to is measured as the sum.
  const merged = await openCached(stored, 'as-stored', {
    ...(cacheFolder === undefined ? {} : { folder: cacheFolder }),
    ...stop,
  });
  return measureLayers(merged ? { config: stored.config, weights: merged } : stored, {
    prompt: samplePrompt(stored),
    cpuThreads,
    ...(int8Worth === undefined ? {} : { worth: int8Worth }),
    ...stop,
    onPart: (done, total) => onQuantise?.({ done: Math.floor((bytes * done) / total), total: 2 * bytes }),
  });
}

/** What `auto` comes to for this checkpoint on this machine, and why. Options and errors as {@link choosePrecision} and {@link loadModel} */
export function precisionFor(
  stored: LoadSource,
  options: Omit<LoadOptions, 'precision' | 'graphsFor' | 'held' | 'maxBufferBytes'> &
    Pick<ChooseOptions, 'units' | 'measure' | 'runsOn'>,
): Promise<ChosenPrecision> {
  const { int8Worth, cpuThreads = threadsFor(countParameters(stored)) } = options;
  return choosePrecision(stored, {
    ...options,
    cpuThreads,
    ...(int8Worth === undefined ? {} : { worth: int8Worth }),
    layers: () => measuredLayers(stored, () => measureStored(stored, options), options.cacheFolder),
  });
}

const threadsFor = (parameters: number): number => (parameters < SINGLE_THREAD_BELOW ? 1 : 0);

function storedBytes({ weights }: GraphSource): number {
  return [...weights.names()].reduce((sum, name) => sum + (weights.get(name)?.length ?? 0), 0);
}

/** Whether some weights are stored in half precision: each CPU session casts them into memory of its own. */
function hasHalves(checkpoint: GraphSource): boolean {
  const dtypes = storedDtypes(checkpoint);
  return dtypes.has('F16') || dtypes.has('BF16');
}

function storedDtypes({ weights }: GraphSource): Set<WeightRef['dtype']> {
  return new Set([...weights.names()].map((name) => weights.get(name)?.dtype ?? 'F32'));
}

function countParameters({ weights }: GraphSource): number {
  let count = 0;
  for (const name of weights.names()) {
    const { shape } = weights.get(name) ?? weights.quantised?.(name) ?? { shape: [0] };
    count += shape.reduce((a, b) => a * b, 1);
  }
  return count;
}
