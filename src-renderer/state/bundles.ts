/**
 * Everything one sample needs on screen, fetched together and kept for its neighbours: going on must not wait. What
 * is here is shown at once; the rest is fetched once, however often it is asked for.
 */
import type { PredictionMaps, Review, SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { RpcClient } from '../../src-shared/contract/procedures.ts';
import { decodeMap, probabilities, withRange, type MapValues } from '../logic/map-values.ts';
import { loadPicture, type Picture } from './pictures.ts';

/** The maps a pane shows; null where the run made none. `rpn` holds probabilities. */
export interface SampleMaps {
  readonly raw: MapValues | null;
  readonly denoised: MapValues | null;
  readonly rpn: MapValues | null;
}

export interface Bundle {
  readonly detail: SampleDetail;
  readonly maps: SampleMaps | null;
  readonly picture: Picture | null;
  readonly pictureProblem: FoveaError | null;
  /** All revisions, oldest first. */
  readonly reviews: readonly Review[];
}

/** Bitmaps can be 64 MB each, so not many; the neighbours on both sides and some of the way back. */
const KEPT = 14;

export class Bundles {
  readonly #client: RpcClient;
  readonly #ready = new Map<number, Bundle>();
  readonly #loading = new Map<number, Promise<Bundle>>();

  constructor(client: RpcClient) {
    this.#client = client;
  }

  /** The bundle when it is here. */
  peek(id: number): Bundle | undefined {
    return this.#ready.get(id);
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
          if (this.#loading.get(id) === task) this.#keep(id, bundle);
        },
        () => undefined,
      )
      .finally(() => {
        if (this.#loading.get(id) === task) this.#loading.delete(id);
      });
    return task;
  }

  prefetch(ids: readonly number[]): void {
    for (const id of ids) this.get(id).catch(() => undefined);
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

  clear(): void {
    this.#ready.clear();
    this.#loading.clear();
  }

  async #load(id: number): Promise<Bundle> {
    const reviews = this.#client.call('reviews.history', { sampleId: id });
    // Awaited below; without this a failing `samples.get` would leave it unhandled.
    reviews.catch(() => undefined);
    const detail = await this.#client.call('samples.get', { id });
    const { image, prediction } = detail;
    const [maps, picture] = await Promise.all([
      prediction ? this.#client.call('samples.maps', { predictionId: prediction.id }) : null,
      loadPicture(image.url, image.name, image).catch((thrown: unknown) => FoveaError.from(thrown)),
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
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= KEPT) break;
      this.#ready.delete(oldest);
    }
  }
}

function shownMaps(maps: PredictionMaps): SampleMaps {
  return {
    raw: maps.grounding && withRange(decodeMap(maps.grounding)),
    denoised: maps.denoised && withRange(decodeMap(maps.denoised)),
    rpn: maps.rpn && withRange(probabilities(decodeMap(maps.rpn))),
  };
}
