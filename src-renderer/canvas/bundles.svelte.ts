/**
 * Everything one sample needs on screen, fetched together and kept for its neighbours: going on must not wait. What
 * is here is shown at once; the rest is fetched once, however often it is asked for.
 */
/* eslint-disable svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it */
import type { PredictionMaps, Review, SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { RpcClient } from '../../src-shared/contract/procedures.ts';
import { placedValues, probabilities, type PlacedValues } from './map-values.ts';
import { BEHIND, roomAhead, toDrop } from './ahead.ts';
import type { Size } from './viewport.ts';
import { Picture } from './pictures.svelte.ts';

/** The maps a pane shows; null where the run made none. `rpn` holds the probabilities of `logits`. */
export interface SampleMaps {
  readonly raw: PlacedValues | null;
  readonly question: PlacedValues | null;
  readonly sink: PlacedValues | null;
  readonly denoised: PlacedValues | null;
  readonly logits: PlacedValues | null;
  readonly rpn: PlacedValues | null;
}

export interface Bundle {
  readonly detail: SampleDetail;
  readonly maps: SampleMaps | null;
  readonly picture: Picture | null;
  readonly pictureProblem: FoveaError | null;
  /** All revisions, oldest first. */
  readonly reviews: readonly Review[];
}

/** Fetched ahead at once: the nearest first, and never so many that the sample on screen waits for them. */
const AT_ONCE = 2;

export class Bundles {
  readonly #client: RpcClient;
  readonly #scaleOf: (picture: Size) => number;
  readonly #ready = new Map<number, Bundle>();
  readonly #loading = new Map<number, Promise<Bundle>>();
  /** Asked for ahead and not begun. */
  #wanted: readonly number[] = [];
  /** Of pictures on their way: in another project the same id is another picture, or none. */
  #leaving = new AbortController();
  /** About the sample on screen: these stay. */
  #near: ReadonlySet<number> = new Set();

  /** Hears of every bundle that arrives. */
  onFetched: ((bundle: Bundle) => void) | null = null;

  /** @param scaleOf pixels for each source pixel that a pane draws all of a picture with */
  constructor(client: RpcClient, scaleOf: (picture: Size) => number) {
    this.#client = client;
    this.#scaleOf = scaleOf;
  }

  /** The bundle when it is here. Asking keeps it longer. */
  peek(id: number): Bundle | undefined {
    const bundle = this.#ready.get(id);
    if (!bundle) return undefined;
    this.#ready.delete(id);
    this.#ready.set(id, bundle);
    return bundle;
  }

  /** @throws FoveaError when the sample cannot be read (a picture that cannot is part of the bundle) */
  get(id: number): Promise<Bundle> {
    const ready = this.#ready.get(id);
    if (ready) return Promise.resolve(ready);
    const under = this.#loading.get(id);
    if (under) return under;
    const task = this.#load(id);
    this.#loading.set(id, task);
    task
      .then(
        (bundle) => {
          if (this.#loading.get(id) !== task) return;
          this.#keep(id, bundle);
          this.onFetched?.(bundle);
        },
        () => undefined,
      )
      .finally(() => {
        if (this.#loading.get(id) === task) this.#loading.delete(id);
        this.#fetchWanted();
      });
    return task;
  }

  /** How many samples to fetch ahead: what memory has room for, going by the pictures that are here. */
  get ahead(): number {
    let bytes = 0;
    for (const { picture } of this.#ready.values()) bytes += picture?.bytes ?? 0;
    return roomAhead(bytes / Math.max(1, this.#ready.size));
  }

  /** Fetches these when they are not here, in this order; what was asked for before and has not begun is not. */
  prefetch(ids: readonly number[]): void {
    this.#near = new Set(ids);
    this.#wanted = ids;
    this.#fetchWanted();
  }

  /** Adds an own revision to what is known, without asking. */
  revised(id: number, review: Review): void {
    const bundle = this.#ready.get(id);
    if (!bundle || bundle.reviews.some((known) => known.id === review.id)) return;
    const detail = { ...bundle.detail, review: review.decision === 'reset' ? null : review };
    this.#ready.set(id, { ...bundle, detail, reviews: [...bundle.reviews, review] });
  }

  forget(id: number): void {
    this.#ready.delete(id);
    this.#loading.delete(id);
  }

  /** Forgets all but one: what was fetched ahead may be out of date. */
  forgetOthers(id: number | null): void {
    for (const known of [...this.#ready.keys(), ...this.#loading.keys()])
      if (known !== id) this.forget(known);
  }

  clear(): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    this.#ready.clear();
    this.#loading.clear();
    this.#wanted = [];
    this.#near = new Set();
  }

  #fetchWanted(): void {
    while (this.#loading.size < AT_ONCE) {
      const id = this.#wanted.find((one) => !this.#ready.has(one) && !this.#loading.has(one));
      if (id === undefined) return;
      // One that cannot be read is not tried again and again; showing it says why.
      this.#wanted = this.#wanted.filter((one) => one !== id);
      this.get(id).catch(() => undefined);
    }
  }

  async #load(id: number): Promise<Bundle> {
    const { signal } = this.#leaving;
    const reviews = this.#client.call('reviews.history', { sampleId: id });
    // Awaited below; without this a failing `samples.get` would leave it unhandled.
    reviews.catch(() => undefined);
    const detail = await this.#client.call('samples.get', { id });
    const { image, prediction } = detail;
    const [maps, picture] = await Promise.all([
      prediction ? this.#client.call('samples.maps', { predictionId: prediction.id }) : null,
      Picture.load(image.url, image.name, image, this.#scaleOf(image), signal).catch((thrown: unknown) =>
        FoveaError.from(thrown),
      ),
    ]);
    return {
      detail,
      maps: maps && shownMaps(maps),
      picture: picture instanceof FoveaError ? null : picture,
      pictureProblem: picture instanceof FoveaError ? picture : null,
      reviews: [...(await reviews)].sort((a, b) => a.id - b.id),
    };
  }

  /** Maps keep insertion order, so the first key is the one unused for longest. */
  #keep(id: number, bundle: Bundle): void {
    this.#ready.delete(id);
    this.#ready.set(id, bundle);
    for (const one of toDrop([...this.#ready.keys()], this.#near, this.ahead + BEHIND))
      this.#ready.delete(one);
  }
}

/** The maps of a prediction as panes show them. */
export function shownMaps(maps: PredictionMaps): SampleMaps {
  return {
    raw: maps.grounding && placedValues(maps.grounding),
    question: maps.question && placedValues(maps.question),
    sink: maps.sink && placedValues(maps.sink),
    denoised: maps.denoised && placedValues(maps.denoised),
    logits: maps.rpn && placedValues(maps.rpn),
    rpn: maps.rpn && placedValues(maps.rpn, probabilities),
  };
}
