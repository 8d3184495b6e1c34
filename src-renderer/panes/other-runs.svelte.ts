/**
 * What runs other than the one on screen say of samples: fetched together with a sample and its neighbours when a pane
 * shows such a run, so that going on does not wait for them either.
 */
/* eslint-disable svelte/prefer-svelte-reactivity -- what is known of one sample is replaced as a whole */
import { SvelteMap } from 'svelte/reactivity';
import type { Prediction } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { shownMaps, type SampleMaps } from '../canvas/bundles.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export interface RunOfSample {
  readonly prediction: Prediction;
  readonly maps: SampleMaps | null;
}

/** What a run says of a sample; null when it says nothing, an error when that could not be read. */
export type OtherRun = RunOfSample | FoveaError | null;

/** Samples kept: as many as are fetched ahead, and some on the way back. */
const KEPT = 40;

export class OtherRuns {
  readonly #session: Session;
  /** Ids of the runs that panes show. */
  wanted: readonly number[] = [];
  /** By sample, then by run. Maps keep insertion order: the first is the one unused for longest. */
  readonly #known = new SvelteMap<number, ReadonlyMap<number, OtherRun>>();
  readonly #asked = new Map<number, Promise<void>>();

  constructor(session: Session) {
    this.#session = session;
    // Only labelling and asking another RPN make predictions, and which they made of another run nobody says.
    session.client.on('job.changed', ({ type, state }) => {
      if ((type === 'label' || type === 'predict') && state !== 'running' && state !== 'queued') this.clear();
    });
  }

  /** What a run says of a sample; undefined while it is not known. */
  of(sampleId: number, runId: number): OtherRun | undefined {
    return this.#known.get(sampleId)?.get(runId);
  }

  /** Asks for what the wanted runs say of a sample, once, unless it is known. */
  fetch(sampleId: number): void {
    const known = this.#known.get(sampleId);
    const missing = this.wanted.filter((id) => !known?.has(id));
    if (missing.length === 0 || this.#asked.has(sampleId)) return;
    const task = this.#load(sampleId, missing).then((found) => {
      if (this.#asked.get(sampleId) !== task) return;
      this.#asked.delete(sampleId);
      this.#keep(sampleId, found);
      // Other runs may be wanted by now.
      this.fetch(sampleId);
    });
    this.#asked.set(sampleId, task);
  }

  /** Nothing known holds any more: another project, or new predictions. */
  clear(): void {
    this.#known.clear();
    this.#asked.clear();
  }

  async #load(sampleId: number, runIds: readonly number[]): Promise<ReadonlyMap<number, OtherRun>> {
    const { client } = this.#session;
    try {
      const predictions = await client.call('samples.predictions', { id: sampleId });
      const entries = runIds.map(async (runId): Promise<[number, OtherRun]> => {
        const prediction = predictions.find((one) => one.runId === runId);
        if (!prediction) return [runId, null];
        const maps = await client.call('samples.maps', { predictionId: prediction.id });
        return [runId, { prediction, maps: shownMaps(maps) }];
      });
      return new Map(await Promise.all(entries));
    } catch (thrown) {
      return new Map(runIds.map((runId) => [runId, FoveaError.from(thrown)]));
    }
  }

  #keep(sampleId: number, found: ReadonlyMap<number, OtherRun>): void {
    const runs = new Map([...(this.#known.get(sampleId) ?? []), ...found]);
    this.#known.delete(sampleId);
    this.#known.set(sampleId, runs);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
  }
}
