/** Whether a model can be used here, found out step by step: its files, the memory it takes, and then by loading it. */
import { availableMemory } from 'node:process';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { isInt8, memoryVerdict, type ModelCheck, type ModelFacts } from '../../src-shared/contract/models.ts';
import type { Engine, Precision, QuantiseProgress } from '../engine/protocol.ts';
import type { PrecisionWish } from '../../src-shared/contract/models.ts';
import { paceMeter } from './hub/pace.ts';
import type { ModelLibrary } from './library.ts';
import { factsIn } from './read.ts';

export interface CheckOptions {
  readonly precision: PrecisionWish;
  readonly signal: AbortSignal;
  readonly onStage: (stage: 'files' | 'memory' | 'cache' | 'load') => void;
  /** Hears what `auto` came to, and why, before it is loaded. */
  readonly onChosen?: (precision: Precision, why: string) => void;
  /** How far the int4 or fp16 cache is that has to be written first: bytes of the checkpoint, per second, and seconds left. */
  readonly onQuantise?: (progress: CacheProgress) => void;
  /** Default: what the system says is free. */
  readonly availableBytes?: number;
}

export interface CacheProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

/**
 * Checks and loads a model, and has the library keep how that went (of weights as they are stored).
 * @throws FoveaError of the checkpoint, `out_of_memory` before anything is loaded, what the engine says, or `cancelled`
 */
export async function checkModel(
  library: ModelLibrary,
  name: string,
  engine: Engine,
  {
    precision: wish,
    signal,
    onStage,
    onChosen,
    onQuantise,
    availableBytes = availableMemory(),
  }: CheckOptions,
): Promise<ModelCheck> {
  onStage('files');
  const dir = await library.dirOf(name);
  const facts = await factsIn(dir, library.towerPlaces(), signal).catch((error: unknown) => {
    throw signal.aborted ? stopped() : error;
  });
  const pace = paceMeter(performance.now());
  let last: number | null = null;
  const quantising = ({ done, total }: QuantiseProgress): void => {
    pace.add(done - (last ?? done), performance.now());
    last = done;
    const rate = pace.rate();
    onStage(done < total ? 'cache' : 'load');
    onQuantise?.({
      doneBytes: done,
      totalBytes: total,
      rate,
      etaSeconds: rate === null ? null : (total - done) / rate,
    });
  };
  const precision = wish === 'auto' ? await choose() : wish;
  onStage('memory');
  // How many layers take two digits shows when they are measured: what int8 comes to at least is refused here, the rest there.
  const form = isInt8(precision) ? 'int8-fast' : precision;
  const other = form === 'as-stored' ? {} : facts.memory[form];
  // Whether float16 fits decides the device, whose memory is not known; the CPU's copies are refused by the engine.
  if (other && precision !== 'fp16') refuseTooLarge({ ...facts.memory, ...other }, name, availableBytes);
  onStage('load');
  const { device, selfCheck, oneAtATime, loadMs } = await engine
    .modelInfo({ dir, device: 'auto', precision }, signal, quantising)
    .catch((error: unknown) => {
      throw signal.aborted ? stopped() : error;
    });
  const at = new Date().toISOString();
  const check = { device, selfCheck, ...(oneAtATime === undefined ? {} : { oneAtATime }), loadMs, at };
  if (precision === 'as-stored') await library.noteCheck(name, check);
  return check;

  async function choose(): Promise<Precision> {
    const chosen = await engine
      .choosePrecision({ dir, device: 'auto' }, signal, quantising)
      .catch((error: unknown) => {
        throw signal.aborted ? stopped() : error;
      });
    onChosen?.(chosen.precision, chosen.why);
    return chosen.precision;
  }
}

function refuseTooLarge(memory: ModelFacts['memory'], name: string, availableBytes: number): void {
  if (memoryVerdict(memory, availableBytes) !== 'too_large') return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new FoveaError(
    'out_of_memory',
    `loading copies ${gigabytes(memory.copiedBytes)} of weights, ${gigabytes(availableBytes)} of memory are free`,
    { where: name, next: 'Use int4 weights, close other programs, or take a smaller model' },
  );
}

function stopped(): FoveaError {
  return new FoveaError('cancelled', 'the check was stopped', { next: 'Start it again' });
}
