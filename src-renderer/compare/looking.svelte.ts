/** The sample that is looked at: its picture, both sides' maps and what is known of it; neighbours are fetched ahead. */
import { createContext } from 'svelte';
import type { Prediction, SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ComparedRow } from '../../src-shared/contract/procedures.ts';
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';
import { shownMaps, type SampleMaps } from '../canvas/bundles.svelte.ts';
import { Picture } from '../canvas/pictures.svelte.ts';
import { View } from '../canvas/view.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** What is kept: the one on screen, those next to it and those just left. */
const KEPT = 12;

/** A label that a person stands behind, with its place on the picture. */
export interface KnownLabel {
  readonly values: Int8Array;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

export interface SideOfSample {
  readonly prediction: Prediction | null;
  readonly maps: SampleMaps | null;
}

export interface Looked {
  readonly sampleId: number;
  readonly detail: SampleDetail;
  readonly picture: Picture | null;
  readonly pictureProblem: FoveaError | null;
  readonly a: SideOfSample;
  readonly b: SideOfSample;
  readonly label: KnownLabel | null;
}

export class Looking {
  readonly #session: Session;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #here = new Map<string, Promise<Looked>>();
  /** Of all panes of the page. */
  readonly view = new View();
  shown = $state.raw<Looked | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** What is known is drawn in the panes of both sides, too. */
  known = $state(true);
  #wanted: string | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Shows the sample of a row; the one before stays until it is there. Null: none. */
  async show(row: ComparedRow | undefined | null, near: readonly ComparedRow[]): Promise<void> {
    if (row === undefined) return;
    const key = row && keyOf(row);
    this.#wanted = key;
    if (!row || !key) {
      [this.shown, this.problem] = [null, null];
      return;
    }
    try {
      const looked = await this.#get(key, row);
      if (this.#wanted !== key) return;
      // Nobody looks closely at the one before any more.
      if (this.shown?.picture !== looked.picture) this.shown?.picture?.release();
      [this.shown, this.problem] = [looked, null];
    } catch (thrown) {
      if (this.#wanted !== key) return;
      [this.shown, this.problem] = [null, FoveaError.from(thrown)];
    }
    for (const next of near) void this.#get(keyOf(next), next).catch(() => undefined);
  }

  /** What was fetched may hold no more. */
  clear(): void {
    this.#here.clear();
  }

  #get(key: string, row: ComparedRow): Promise<Looked> {
    const known = this.#here.get(key);
    const looked = known ?? this.#load(row);
    this.#here.delete(key);
    this.#here.set(key, looked);
    if (!known) looked.catch(() => this.#here.delete(key));
    for (const oldest of this.#here.keys()) {
      if (this.#here.size <= KEPT) break;
      this.#here.delete(oldest);
    }
    return looked;
  }

  async #load({ sampleId, predictions: [a, b] }: ComparedRow): Promise<Looked> {
    const { client } = this.#session;
    const maps = async (predictionId: number): Promise<SampleMaps> =>
      shownMaps(await client.call('samples.maps', { predictionId }));
    const [detail, predictions, mapsOfA, mapsOfB] = await Promise.all([
      client.call('samples.get', { id: sampleId }),
      client.call('samples.predictions', { id: sampleId }),
      maps(a),
      a === b ? null : maps(b),
    ]);
    const { image } = detail;
    const picture = await Picture.load(image.url, image.name, image, this.view.fittedScale(image)).catch(
      (thrown: unknown) => FoveaError.from(thrown),
    );
    const prediction = (id: number): Prediction | null => predictions.find((one) => one.id === id) ?? null;
    return {
      sampleId,
      detail,
      picture: picture instanceof FoveaError ? null : picture,
      pictureProblem: picture instanceof FoveaError ? picture : null,
      a: { prediction: prediction(a), maps: mapsOfA },
      b: { prediction: prediction(b), maps: mapsOfB ?? mapsOfA },
      label: labelOf(detail, predictions),
    };
  }
}

/** Another text: something else is to be shown. */
function keyOf({ sampleId, predictions, sample }: ComparedRow): string {
  return JSON.stringify([sampleId, predictions, sample?.state]);
}

function labelOf({ review }: SampleDetail, predictions: readonly Prediction[]): KnownLabel | null {
  const from = predictions.find(({ id }) => id === review?.predictionId);
  if (!review?.label || !from) return null;
  const { buffer, byteOffset, length } = review.label;
  return { values: new Int8Array(buffer, byteOffset, length), grid: from.grid, transform: from.transform };
}

export const [getLooking, setLooking] = createContext<Looking>();
