/**
 * `--precision auto`: as stored or int8, where memory holds neither int8-fast or int4; by what is free, by what the processor has, by how
 * long the checkpoint's own products take here, and by which of its layers bear whole numbers. The answer is one of the
 * other precisions and why: nothing is ever stored as "auto".
 */
import { availableMemory } from 'node:process';
import type { ChosenPrecision } from '../../../src-shared/contract/models.ts';
import { memoryVerdict } from '../../../src-shared/contract/models.ts';
import type { GraphSource } from '../../../models/architectures/index.ts';
import { memoryEstimate } from '../../checkpoint/memory.ts';
import type { MemoryEstimate } from '../../checkpoint/memory.ts';
import type { Packing } from '../../checkpoint/packed/index.ts';
import type { Measured } from '../../checkpoint/quantised/index.ts';
import { quantisedForms } from '../../checkpoint/quantised/plan.ts';
import type { WeightRef, WeightSource } from '../../graph/weights.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { DeviceChoice } from '../device.ts';
import { candidates } from '../device.ts';
import { WORTH } from '../int8/choose.ts';
import { deviceIsThere } from './device-there.ts';
import type { Int8Units } from './processor.ts';
import { int8Units, UNIT_WORDS } from './processor.ts';
import type { WarmUp } from './warm-up.ts';
import { largestShapes, warmUp } from './warm-up.ts';

/** int8 changes numbers a little: it has to be faster by this much, beyond what measuring is off by. */
export const WORTHWHILE = 1.15;

export interface ChooseOptions {
  readonly device: DeviceChoice;
  readonly cpuThreads?: number;
  readonly signal?: AbortSignal;
  /** Memory that may be taken; default: what the system says is free. */
  readonly availableBytes?: number;
  /** What the processor has; default: found out. */
  readonly units?: Int8Units;
  /** Default: {@link warmUp}. */
  readonly measure?: typeof warmUp;
  /** Numbers in a matrix from which on int8 is tried; default: {@link WORTH}. */
  readonly worth?: number;
  /** The device that the model runs on as it is stored, where one other than the CPU is there; default: none is asked. */
  readonly runsOn?: () => Promise<string>;
  /** How the layers bear int8: known, or found out now, which takes as long as a few prompts. */
  readonly layers: () => Promise<Measured>;
}

export type PrecisionSource = GraphSource & {
  readonly weights: WeightSource & { readonly packing?: Packing | null };
};

interface Linear {
  readonly name: string;
  /** As it is stored. */
  readonly ref: WeightRef;
  readonly numbers: number;
}

/** @throws FoveaError `cancelled`, and what `layers` throws */
export async function choosePrecision(
  source: PrecisionSource,
  options: ChooseOptions,
): Promise<ChosenPrecision> {
  const { packing } = source.weights;
  if (packing) return stored(`weights packed as ${packing.label} run as they are`);
  if (options.device !== 'cpu' && options.device !== 'auto')
    return stored(`int8 is for the CPU, and ${options.device} was asked for`);
  const gpu = await gpuOf(options);
  if (gpu !== null) return stored(`it runs on ${gpu}, and int8 is for the CPU`);
  const { worth = WORTH, availableBytes = availableMemory() } = options;
  const layers = linearLayers(source);
  const worthy = layers.filter(({ numbers }) => numbers >= worth);
  const fits = fitting(memoryEstimate(source), availableBytes);
  if (worthy.length === 0 && fits.stored) return stored('its matrices are all too small to gain by int8');
  if (!fits.stored && !fits.int8) return smaller(source, options, { availableBytes, mayFit: fits.fast });
  if (!fits.int8) return stored('memory holds it as stored and not at int8');
  if (!fits.stored) return { precision: 'int8', why: 'memory holds it at int8 and not as stored' };
  return measured(worthy, layers, options);
}

/**
 * Where memory holds it neither as stored nor at two digits everywhere: int8 or int8-fast where what the layers come to fits.
 * @param mayFit one digit everywhere would
 */
async function smaller(
  source: PrecisionSource,
  { layers }: ChooseOptions,
  { availableBytes, mayFit }: { readonly availableBytes: number; readonly mayFit: boolean },
): Promise<ChosenPrecision> {
  const free = `(${(availableBytes / 1e9).toFixed(1)} GB are free)`;
  const fits = mayFit ? fitting(memoryEstimate(source, await layers()), availableBytes) : null;
  if (fits?.int8) return { precision: 'int8', why: `memory holds it at int8 and not as stored ${free}` };
  const why = `memory holds it neither as stored nor at int8 ${free}`;
  return { precision: fits?.fast ? 'int8-fast' : 'int4', why };
}

async function measured(
  worthy: readonly Linear[],
  all: readonly Linear[],
  options: ChooseOptions,
): Promise<ChosenPrecision> {
  const { units = int8Units(), measure = warmUp, cpuThreads = 0, signal } = options;
  if (signal?.aborted) throw new FoveaError('cancelled', 'Stopped while choosing the precision');
  const times = await measure(largestShapes(worthy.map(({ ref }) => ref)), {
    device: 'cpu',
    cpuThreads,
    prepack: true,
  });
  const found = `${UNIT_WORDS[units]}; ${timesWords(times)}`;
  if (times.float32 < WORTHWHILE * Math.min(times.int8, times.digits))
    return stored(`int8 gains too little here: ${found}`);
  const { one, two } = int8Shares(await options.layers(), all);
  if (one + two === 0) return stored('none of its layers bears int8');
  // The layers that stay float32 take the time they took.
  const gain = times.float32 / ((1 - one - two) * times.float32 + one * times.int8 + two * times.digits);
  const percent = (share: number): string => `${Math.floor(100 * share)}%`;
  const shares = `${percent(one)} of its linear layers bear 8 bits, ${percent(two)} take two digits of them`;
  if (gain < WORTHWHILE) return stored(`int8 gains too little here: ${found}; ${shares}`);
  return { precision: 'int8', why: `${found}; ${shares}` };
}

const stored = (why: string): ChosenPrecision => ({ precision: 'as-stored', why });

/** Of the numbers in all linear layers that run, those in layers of one digit at int8, and of two. */
function int8Shares({ layers }: Measured, all: readonly Linear[]): { one: number; two: number } {
  let [one, two, total] = [0, 0, 0];
  for (const { name, numbers } of all) {
    const choice = layers.get(name)?.choice;
    // Nothing runs through it, as through the upper half of an RPN's last layer.
    if (!choice) continue;
    total += numbers;
    if (choice === 'rows' || choice === 'smoothed') one += numbers;
    if (choice === 'digits') two += numbers;
  }
  return { one: one / Math.max(1, total), two: two / Math.max(1, total) };
}

function timesWords({ many, one, tookMs }: WarmUp): string {
  const seconds = (tookMs / 1000).toFixed(1);
  const times = (of: WarmUp['many']): string =>
    `${of.int8.toFixed(1)} × as fast in 8 bits (${of.digits.toFixed(1)} × in two digits)`;
  return `its largest products are ${times(many)} for a prompt and ${times(one)} for a token (measured in ${seconds} s)`;
}

/** What memory holds without reading weights from the disk again and again. */
function fitting(
  memory: MemoryEstimate,
  availableBytes: number,
): { stored: boolean; int8: boolean; fast: boolean } {
  // Where the system does not say, it is left to it.
  const fits = (of: Pick<MemoryEstimate, 'mappedBytes' | 'copiedBytes'>): boolean =>
    availableBytes <= 0 ||
    memoryVerdict({ ...of, cacheBytesPerToken: memory.cacheBytesPerToken }, availableBytes) === 'fits';
  const { int8, 'int8-fast': fast } = memory;
  return {
    stored: fits(memory),
    int8: int8 !== undefined && fits(int8),
    fast: fast !== undefined && fits(fast),
  };
}

/** Every matrix that int8 could take; what an adapter adds to one changes no time. */
function linearLayers({ config, weights }: PrecisionSource): Linear[] {
  return quantisedForms({ config, weights }, 'int8').flatMap(({ name, encoding }) => {
    const found = typeof encoding === 'object' ? weights.get(name) : undefined;
    if (!found) return [];
    const { file, offset, length, dtype, shape } = found;
    const numbers = shape.reduce((a, b) => a * b, 1);
    return [{ name, ref: { file, offset, length, dtype, shape }, numbers }];
  });
}

/** The graphics card that the model would run on; null: none. */
async function gpuOf({ device, runsOn, cpuThreads = 0 }: ChooseOptions): Promise<string | null> {
  if (!runsOn) return null;
  const there: boolean[] = [];
  for (const one of candidates(device)) {
    if (one !== 'cpu') there.push(await deviceIsThere({ device: one, cpuThreads }));
  }
  if (!there.includes(true)) return null;
  const found = await runsOn().catch((error: unknown) => {
    if (FoveaError.from(error).code === 'out_of_memory') return 'cpu';
    throw error;
  });
  return found === 'cpu' ? null : found;
}
