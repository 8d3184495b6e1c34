/**
 * The items of a label job, several in flight at once. When the engine dies under more than one, nobody knows whose fault
 * it was: those it took with it are asked again one at a time, and only a death alone counts against a sample.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { DEATHS_IN_A_ROW } from '../lease/fatal.ts';
import type { ItemOutcome } from './item.ts';

/** After the second death in a row, doubled with each further one, and at most. */
const AGAIN_MS = 200;
const AGAIN_MOST_MS = 1000;

export interface ItemsInFlight {
  /** At most so many at once. */
  readonly width: number;
  /** The next item that is not among those in flight; null: none, or the job is to stop. */
  readonly next: (inFlight: ReadonlySet<number>) => number | null;
  /** @param alone nothing else is in flight: an engine death is this sample's */
  readonly label: (sampleId: number, alone: boolean, signal: AbortSignal) => Promise<ItemOutcome>;
  /** Hears of every item that is over, as it is. */
  readonly onEnd: (sampleId: number, outcome: Exclude<ItemOutcome, { kind: 'retry' }>) => void;
}

/** How one item came out: as it did, or with what is wrong for all. */
type Ended = { readonly sampleId: number; readonly alone: boolean } & (
  { readonly outcome: ItemOutcome } | { readonly error: unknown }
);

/**
 * Works until no item is left or the signal fires; nothing is in flight any more then.
 * @throws what is wrong for every item, after the others in flight have been cancelled, and FoveaError `engine_died` when it
 *   dies again and again with nothing done in between
 */
export async function workThrough(items: ItemsInFlight, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const signals = AbortSignal.any([signal, stop.signal]);
  const inFlight = new Map<number, Promise<Ended>>();
  /** What an engine death took with it and has not been asked alone since. */
  const suspects = new Set<number>();
  let deathsInARow = 0;
  let failure: { readonly error: unknown } | null = null;
  const begin = (sampleId: number, alone: boolean): void => {
    const outcome = items.label(sampleId, alone, signals);
    inFlight.set(
      sampleId,
      outcome.then(
        (outcome) => ({ sampleId, alone, outcome }),
        (error: unknown) => ({ sampleId, alone, error }),
      ),
    );
  };
  const fill = (): void => {
    while (!signals.aborted && inFlight.size < (suspects.size > 0 ? 1 : items.width)) {
      const [suspect] = suspects;
      const next = suspect ?? items.next(new Set(inFlight.keys()));
      if (next === null) return;
      begin(next, suspect !== undefined || items.width === 1);
    }
  };
  for (fill(); inFlight.size > 0; fill()) {
    const ended = await Promise.race(inFlight.values());
    const { sampleId, alone } = ended;
    inFlight.delete(sampleId);
    if ('error' in ended) {
      // The first says what is wrong; the others were stopped by it.
      if (!signals.aborted) failure = ended;
      stop.abort();
      continue;
    }
    const { outcome } = ended;
    // One death that took many is one.
    if (outcome.engineDied && (alone || suspects.size === 0)) deathsInARow++;
    if (!outcome.engineDied) deathsInARow = 0;
    if (deathsInARow === DEATHS_IN_A_ROW) {
      const error = new FoveaError('engine_died', `the engine died ${deathsInARow} times in a row`, {
        next: 'Run fovea doctor, then label again: what was done is saved',
      });
      failure ??= { error };
      stop.abort();
    }
    // An engine that starts again at once may meet what it died of: memory that others hold, a driver that is renewed.
    if (outcome.engineDied && deathsInARow > 1 && !signals.aborted)
      await delay(Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** (deathsInARow - 2)), undefined, {
        signal: signals,
      }).catch(() => undefined);
    if (outcome.kind === 'retry') {
      suspects.add(sampleId);
      continue;
    }
    suspects.delete(sampleId);
    items.onEnd(sampleId, outcome);
  }
  if (failure) throw failure.error;
}
