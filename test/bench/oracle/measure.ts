/** Some samples labelled by one side: what it said, how long it took, and what it held meanwhile. */
import type { Labelled, Labeller, Sample } from './labellers.ts';
import { processorSeconds, watchMemory } from './memory.ts';

export interface Ran {
  readonly labelled: readonly Labelled[];
  /** Of a sample, mean: on the clock, and of processor time. Sharing makes the first of several questions dearer. */
  readonly seconds: number;
  readonly processor: number;
  readonly peakBytes: number;
}

/** @param inFlight so many are asked at once, in groups */
export async function measure(
  labeller: Labeller,
  samples: readonly Sample[],
  inFlight: number,
): Promise<Ran> {
  const peak = watchMemory(labeller.pid);
  const before = processorSeconds(labeller.pid);
  const start = performance.now();
  const labelled: Labelled[] = [];
  for (let at = 0; at < samples.length; at += inFlight) {
    const group = samples.slice(at, at + inFlight);
    labelled.push(...(await Promise.all(group.map((sample) => labeller.label(sample, inFlight > 1)))));
  }
  const count = samples.length;
  const seconds = (performance.now() - start) / 1000 / count;
  const processor = (processorSeconds(labeller.pid) - before) / count;
  return { labelled, seconds, processor, peakBytes: peak() };
}
