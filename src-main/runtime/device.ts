/**
 * Devices as ONNX Runtime sees them, and the session options each needs. Which of them is really there shows only
 * when a session is made on it; being there is not being right (self-check.ts).
 */
import { availableParallelism } from 'node:os';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { env, listSupportedBackends, type RunOptions, type SessionOptions } from './onnxruntime.ts';

// Its own log would reach a person's terminal beside our error for the same thing.
env.logLevel = 'fatal';

export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
export type DeviceChoice = Device | 'auto';

/** GPUs that `auto` tries, best first. CoreML only when asked for: it likes neither run-time shapes nor float32. */
const AUTO_ORDER: readonly Device[] = ['cuda', 'dml', 'webgpu'];

const NEXT: Readonly<Record<Device, string>> = {
  cpu: 'Reinstall the onnxruntime-node package',
  webgpu: 'Install a Vulkan, Metal or D3D12 driver for the graphics card, or use --device cpu',
  cuda: "Install CUDA 12 and onnxruntime-node's CUDA libraries (see docs/remote.md), or use --device cpu",
  dml: 'DirectML needs Windows 10 or later and a DirectX 12 card; otherwise use --device cpu',
  coreml: 'CoreML needs macOS; otherwise use --device cpu',
};

/**
 * Largest buffer that may be made on a device; null: no limit to plan with. WebGPU: the least that every adapter must
 * allow one shader to see (WebGPU §3.6.2, `maxStorageBufferBindingSize`). ONNX Runtime asks its adapter for more and
 * does not say what it got, and a buffer beyond the limit is an error in a log and wrong numbers.
 */
export const MAX_BUFFER_BYTES: Readonly<Record<Device, number | null>> = {
  cpu: null,
  webgpu: 134_217_728,
  cuda: null,
  dml: null,
  coreml: null,
};

/** Whether what a session gives can stay on the device for the next one (onnxruntime-node binds outputs to WebGPU's memory alone). */
export const STAYS: Readonly<Record<Device, boolean>> = {
  cpu: false,
  webgpu: true,
  cuda: false,
  dml: false,
  coreml: false,
};

/** Devices this build of ONNX Runtime knows, whether or not their hardware is there. */
export function knownDevices(): Device[] {
  const names = new Set(listSupportedBackends().map(({ name }) => name));
  return (['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const).filter((device) => names.has(device));
}

/** The devices to try for a choice, in order; `auto` always ends with the CPU. */
export function candidates(choice: DeviceChoice): Device[] {
  if (choice !== 'auto') return [choice];
  const known = knownDevices();
  return [...AUTO_ORDER.filter((device) => known.includes(device)), 'cpu'];
}

/** The error for a device that was asked for and is not there. */
export function deviceUnavailable(device: Device, cause: unknown): FoveaError {
  // ONNX Runtime puts the failed C++ check before the words meant for people.
  const line = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
  const words = line.replace(/^.* was false\. /, '').trim();
  const detail = words === '' ? '' : `: ${words}`;
  return new FoveaError('device_unavailable', `the device ${device} cannot be used${detail}`, {
    next: NEXT[device],
    cause,
  });
}

export interface SessionSettings {
  readonly device: Device;
  /** Compute threads on the CPU; 0: one per physical core. */
  readonly cpuThreads: number;
  /** Lays weights out anew for the kernels on the CPU: quantised ones are slow otherwise. Costs a copy of them. */
  readonly prepack?: boolean;
  /** One of many sessions that run one after the other: nothing stays with it between runs but its weights. */
  readonly inTurn?: boolean;
  /** Activations from one pool that is emptied after each run: for one that makes thousands of them, large and small. */
  readonly pooled?: boolean;
  /**
   * For runs that take much memory and turn large matrices. Activations come from one pool that only grows to what a run
   * takes: no plan of a run's memory is made, which from the second run on would lie beside what the first one took.
   * And a matrix that the graph turns is turned once: ONNX Runtime would rather have each product turn it, which the CPU's
   * does again for every 128 columns of the result (a fifth of the product's time).
   */
  readonly training?: boolean;
  /** What weights come to is worked out at each run, not once and kept: for a graph that runs once. */
  readonly unfolded?: boolean;
  /** Failing is an answer, not an accident: nothing is written to the terminal. */
  readonly quiet?: boolean;
}

/** ONNX Runtime's levels of what it writes to the terminal. */
const LOG = { error: 3, fatal: 4 } as const;

/** Threads of each session where there are many sessions: each has a pool of its own. */
const THREADS_IN_TURN = 16;

/** Compute threads of the session: not one per core where many sessions meet very many cores. */
function threadsOf({ cpuThreads, inTurn = false }: SessionSettings): number {
  const tooMany = inTurn && cpuThreads === 0 && availableParallelism() > 2 * THREADS_IN_TURN;
  return tooMany ? THREADS_IN_TURN : cpuThreads;
}

/**
 * Options of a session whose external initializers lie in `folder`.
 * Prepacking is off on the CPU unless asked for: it would copy every weight out of the mapped files (DESIGN, "Known facts").
 * Denormals count as zero: masked scores come out of the softmax as denormals, which made it seven times slower. The
 * first session sets this for its thread, so it holds for all sessions.
 * Sessions that run in turn take memory for activations from the system and give it back (an arena each would keep the
 * largest run's, and double what weights take by growing in powers of two), and their threads sleep at once instead of
 * spinning while the next session works. A pooled one has an arena, which weights stay out of and each run empties:
 * fetching every activation from the system cost Qwen's vision tower a third of its time.
 */
export function sessionOptions(settings: SessionSettings, folder: string | null): SessionOptions {
  const {
    device,
    prepack = false,
    inTurn = false,
    pooled = false,
    training = false,
    unfolded = false,
    quiet = false,
  } = settings;
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threadsOf(settings),
    interOpNumThreads: 1,
    ...(inTurn && !pooled ? { enableCpuMemArena: false } : {}),
    ...(training ? { enableMemPattern: false } : {}),
    logSeverityLevel: quiet ? LOG.fatal : LOG.error,
    extra: {
      ...(training ? { optimization: { disable_specified_optimizers: 'GemmTransposeFusion' } } : {}),
      ...(unfolded ? { optimization: { disable_specified_optimizers: 'ConstantFolding' } } : {}),
      session: {
        set_denormal_as_zero: '1',
        ...(device === 'cpu' && !prepack ? { disable_prepacking: '1' } : {}),
        ...(inTurn ? { intra_op: { allow_spinning: '0' } } : {}),
        ...(pooled ? { use_device_allocator_for_initializers: '1' } : {}),
        ...(folder === null ? {} : { model_external_initializers_file_folder_path: folder }),
      },
    },
  };
}

/** Options of each run of such a session. */
export function runOptions({ pooled = false }: SessionSettings): RunOptions {
  return pooled ? { extra: { memory: { enable_memory_arena_shrinkage: 'cpu:0' } } } : {};
}
