/**
 * What rows and tiles show: small pictures and what tints them. Only what is in sight is asked for, a few at a time and the
 * latest wish first; what was shown is kept while there is room. Arrivals are told once per frame.
 */
import { createContext } from 'svelte';
import type { SampleRow } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Heat, HeatKind, RpcClient, THUMBNAIL_EDGES } from '../../../src-shared/contract/procedures.ts';
import { Kept } from '../../shell/kept.ts';

export type Edge = (typeof THUMBNAIL_EDGES)[number];
/** A picture as an object URL, why there is none, or undefined while it is on its way. */
export type Thumbnail = { readonly url: string } | { readonly problem: string } | undefined;

const PICTURES_AT_ONCE = 4;
const PICTURES_KEPT = 1500;
const HEATS_AT_ONCE = 48;
const HEATS_KEPT = 4000;

export class Thumbnails {
  readonly #client: RpcClient;
  // `#version` tells what depends on these, once per frame.
  readonly #pictures = new Kept<Thumbnail>(PICTURES_KEPT, release);
  readonly #heats = new Kept<Heat | null>(HEATS_KEPT);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #asked = new Set<string>();
  #wanted: { readonly key: string; readonly imageId: number; readonly edge: Edge }[] = [];
  #loading = 0;
  #generation = 0;
  #version = $state(0);
  #telling = false;

  constructor(client: RpcClient) {
    this.#client = client;
    client.on('samples.changed', () => this.forgetHeats());
  }

  picture(imageId: number, edge: Edge): Thumbnail {
    void this.#version;
    return this.#pictures.get(`${imageId} ${edge}`);
  }

  /** Undefined while it is on its way, null where the sample has none. */
  heat(row: SampleRow, kind: HeatKind): Heat | null | undefined {
    void this.#version;
    return this.#heats.get(heatKey(row, kind));
  }

  /** These are in sight now; wishes from before that have not begun are dropped. */
  want(rows: readonly SampleRow[], edge: Edge, kind: HeatKind | null): void {
    this.wantPictures(
      rows.map((row) => row.imageId),
      edge,
    );
    if (kind) void this.#fetchHeats(rows, kind);
  }

  /** As {@link want}, of pictures alone. */
  wantPictures(imageIds: readonly number[], edge: Edge): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- gone at the end of the line
    this.#wanted = [...new Set(imageIds)]
      .map((imageId) => ({ key: `${imageId} ${edge}`, imageId, edge }))
      .filter(({ key }) => !this.#pictures.keep(key) && !this.#asked.has(key));
    this.#fetchPictures();
  }

  /** Forgets what tints tiles: labels and maps may have changed. Pictures stay. */
  forgetHeats(): void {
    this.#heats.clear();
    this.#generation++;
    this.#tell();
  }

  /** Another project: its ids mean other pictures. */
  clear(): void {
    this.forgetHeats();
    this.#pictures.clear();
    this.#wanted = [];
  }

  #fetchPictures(): void {
    while (this.#loading < PICTURES_AT_ONCE) {
      const next = this.#wanted.shift();
      if (!next) return;
      void this.#fetchPicture(next.key, next.imageId, next.edge);
    }
  }

  async #fetchPicture(key: string, imageId: number, edge: Edge): Promise<void> {
    this.#loading++;
    this.#asked.add(key);
    try {
      const { bytes } = await this.#client.call('gallery.thumbnail', { imageId, edge });
      this.#pictures.set(key, { url: URL.createObjectURL(new Blob([bytes], { type: 'image/webp' })) });
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      // A lost connection is no broken picture: it is asked for again when it is wanted again.
      if (error.code !== 'io') this.#pictures.set(key, { problem: error.message });
    }
    this.#asked.delete(key);
    this.#loading--;
    this.#tell();
    this.#fetchPictures();
  }

  async #fetchHeats(rows: readonly SampleRow[], kind: HeatKind): Promise<void> {
    const missing = rows.filter((row) => {
      const key = heatKey(row, kind);
      return row.predictionId !== null && !this.#heats.keep(key) && !this.#asked.has(key);
    });
    const generation = this.#generation;
    for (let at = 0; at < missing.length; at += HEATS_AT_ONCE) {
      const part = missing.slice(at, at + HEATS_AT_ONCE);
      const keys = part.map((row) => heatKey(row, kind));
      for (const key of keys) this.#asked.add(key);
      try {
        const heats = await this.#client.call('gallery.heat', { sampleIds: part.map(({ id }) => id), kind });
        if (generation === this.#generation) {
          for (const [i, heat] of heats.entries()) this.#heats.set(keys[i]!, heat);
        }
      } catch {
        // The connection banner says so; scrolling asks again.
      }
      for (const key of keys) this.#asked.delete(key);
      this.#tell();
    }
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    requestAnimationFrame(() => {
      this.#telling = false;
      this.#version++;
    });
  }
}

/** A decision changes the label that stands, and labelling anew the prediction. */
function heatKey({ id, state, predictionId }: SampleRow, kind: HeatKind): string {
  return `${id} ${state} ${predictionId} ${kind}`;
}

/** One store for queue and gallery: what one of them has shown is there for the other. */
export const [getThumbnails, setThumbnails] = createContext<Thumbnails>();

function release(one: Thumbnail): void {
  if (one && 'url' in one) URL.revokeObjectURL(one.url);
}
