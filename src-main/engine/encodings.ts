/**
 * Kept encodings of pictures: what vision tower and projector gave, read and written here, in the engine process. They are a cache:
 * whatever the disk does, a picture is encoded and its sample goes on; what happened is in the sample's report.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import { encodeEncoding } from '../features/encoding.ts';
import { encodingHash, type EncodingKey } from '../features/key.ts';
import { FeatureStore } from '../features/store.ts';
import type { PictureEncodings } from '../pipeline/subject/subject.ts';
import type { OpenModel } from './models.ts';
import type { EncodingsPlace, EncodingsReport } from './protocol.ts';

/** Of one sample. */
export interface SampleEncodings extends PictureEncodings {
  readonly report: EncodingsReport;
}

/** Folders of kept files that samples of this process use. The one used last stays open: it knows how much lies there. */
export class EncodingFolders {
  #last: { readonly place: string; readonly store: Promise<FeatureStore> } | null = null;

  /** As one sample uses them; undefined where it is not to. */
  of(opened: OpenModel, place: EncodingsPlace | undefined): SampleEncodings | undefined {
    return place && new OfSample(opened, place, () => this.#store(place));
  }

  #store({ folder, budgetBytes }: EncodingsPlace): Promise<FeatureStore> {
    const place = JSON.stringify([folder, budgetBytes]);
    if (this.#last?.place !== place) this.#last = { place, store: FeatureStore.open(folder) };
    return this.#last.store;
  }
}

class OfSample implements SampleEncodings {
  readonly #opened: OpenModel;
  readonly #place: EncodingsPlace;
  readonly #store: () => Promise<FeatureStore>;
  #report: EncodingsReport = { reused: 0, kept: 0, keptBytes: 0, bad: null, refused: null };

  constructor(opened: OpenModel, place: EncodingsPlace, store: () => Promise<FeatureStore>) {
    this.#opened = opened;
    this.#place = place;
    this.#store = store;
  }

  get report(): EncodingsReport {
    return this.#report;
  }

  async of(pixels: Float32Array, grid: Grid, encode: () => Promise<Float32Array>): Promise<Float32Array> {
    const { model } = this.#opened;
    const shape = { tokens: grid[0] * grid[1], hiddenSize: model.profile.hiddenSize };
    const key: EncodingKey = {
      model: this.#place.model,
      layer: null,
      view: encodingHash(model.encoder, grid, pixels),
    };
    const store = await this.#store();
    const found = await store
      .encoding(key, shape, (bad) => this.#note({ bad }))
      .catch((thrown: unknown) => {
        this.#note({ bad: FoveaError.from(thrown).message });
        return null;
      });
    if (found) {
      this.#note({ reused: this.#report.reused + 1 });
      return found;
    }
    const features = await encode();
    if (this.#place.write) await this.#keep(store, key, encodeEncoding(features, shape));
    return features;
  }

  async #keep(store: FeatureStore, key: EncodingKey, bytes: Uint8Array): Promise<void> {
    try {
      if (await store.put(key, bytes, this.#place.name)) {
        const { kept, keptBytes } = this.#report;
        this.#note({ kept: kept + 1, keptBytes: keptBytes + bytes.length });
      } else this.#note({ refused: 'the encoding of one picture takes more than all that is kept may take' });
    } catch (thrown) {
      this.#note({ refused: FoveaError.from(thrown).message });
    }
  }

  #note(more: Partial<EncodingsReport>): void {
    this.#report = { ...this.#report, ...more };
  }
}
