/**
 * What a recipe makes of the maps on screen, fast enough to follow a dragging hand: only the part that a changed number
 * decides is computed again. Maps are float16 as stored, so the label shown is the label that would be stored.
 */
import type { Prediction, PredictionMaps } from '../../src-shared/contract/domain.ts';
import type { MapBoxes } from '../../src-shared/contract/outcome.ts';
import type { RoiParams } from '../../src-shared/contract/preset.ts';
import { decodeFloat16, encodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { rederivable, type Rederivable, type StoredMap } from '../../src-shared/kernels/labels/rederive.ts';
import type { Dropped, Grid, GridTransform, Labels, SourceXyxy } from '../../src-shared/kernels/types.ts';
import { decodeMap, withRange, type PlacedValues } from '../canvas/map-values.ts';
import type { DialKey, Recipe } from './recipe.ts';

type Place = { readonly grid: Grid; readonly transform: GridTransform };

export interface TrialResult {
  /** The mean over heads on trial; null while the stored one holds. */
  readonly raw: PlacedValues | null;
  readonly denoised: PlacedValues | null;
  readonly label: Labels;
  readonly boxes: MapBoxes;
  readonly dropped: Dropped | null;
  readonly counts: { readonly fg: number; readonly bg: number; readonly sink: number };
}

/** What thresholds cut, by dial: values of the sample's tokens; null where the dial cuts nothing there. */
export type Cuts = Readonly<Record<Exclude<DialKey, 'maxRatioLimit' | 'minMax'>, Float32Array | null>>;

/** The stored maps of one prediction, tried under one recipe after the other. */
export class TrialMaps {
  readonly #maps: Rederivable;
  readonly #place: Place;
  readonly #stored: Float32Array | null;
  readonly #rpn: Float32Array | null;
  readonly #storedSink: Float32Array | null;
  /** A mean over heads on trial; null: the stored map. */
  #mean: PlacedValues | null = null;
  #meanOf: ArrayLike<number> | null = null;
  /** A sink map on trial, null for none at all; undefined: the stored one. */
  #sink: Float32Array | null | undefined = undefined;
  #sinkOf: ArrayLike<number> | null | undefined = undefined;
  readonly #denoised = new Kept<PlacedValues | null>();
  readonly #cut = new Kept<Float32Array | null>();
  readonly #boxes = {
    raw: new Kept<readonly SourceXyxy[]>(),
    denoised: new Kept<readonly SourceXyxy[]>(),
    rpn: new Kept<readonly SourceXyxy[]>(),
  };

  /** @param used the RoI rule of the run; @param size source [width, height] */
  constructor(
    { grid, transform, boxes }: Pick<Prediction, 'grid' | 'transform' | 'boxes'>,
    maps: PredictionMaps,
    used: RoiParams,
    size: readonly [width: number, height: number],
  ) {
    const stored = (map: PredictionMaps['rpn'], of: readonly SourceXyxy[]): StoredMap | null =>
      map && { grid: map.grid, transform: map.transform, size, values: decodeMap(map.data), boxes: of };
    const grounding = stored(maps.grounding, boxes.raw);
    const rpn = stored(maps.rpn, boxes.rpn);
    this.#place = { grid, transform };
    this.#stored = grounding?.values ?? null;
    this.#rpn = rpn?.values ?? null;
    this.#storedSink = maps.sink && decodeMap(maps.sink.data);
    this.#maps = rederivable(
      {
        place: { grid, transform, size },
        grounding,
        sink: this.#storedSink,
        denoised: stored(maps.denoised, boxes.denoised),
        rpn,
      },
      used,
    );
  }

  /** Whether there is nothing to try on: an empty answer has no rows. */
  get empty(): boolean {
    return this.#stored === null;
  }

  /** Tries a mean over other heads, `[H*W]` on the same grid, in place of the stored map; null: the stored one. */
  setMean(mean: ArrayLike<number> | null): void {
    if (mean === this.#meanOf) return;
    this.#meanOf = mean;
    this.#mean = mean && this.#placed(decodeFloat16(encodeFloat16(mean)));
    this.#denoised.forget();
    this.#cut.forget();
    this.#boxes.raw.forget();
    this.#boxes.denoised.forget();
  }

  /** Tries another sink map, `[H*W]` on the same grid, or none (null); undefined: the stored one. */
  setSink(sink: ArrayLike<number> | null | undefined): void {
    if (sink === this.#sinkOf) return;
    this.#sinkOf = sink;
    this.#sink = sink && decodeFloat16(encodeFloat16(sink));
    this.#denoised.forget();
    this.#cut.forget();
    this.#boxes.denoised.forget();
  }

  try({ labels, roi }: Recipe): TrialResult {
    const grounding = this.#mean?.values ?? this.#stored;
    const denoised = this.#denoise(labels);
    const rule = `${roi.threshold} ${roi.form}`;
    const { labels: label, dropped, counts } = this.#maps.label(labels, grounding, this.#sink);
    return {
      raw: this.#mean,
      denoised,
      label,
      dropped,
      counts,
      boxes: {
        raw: this.#boxes.raw.get(rule, () => this.#maps.boxes(grounding, 'attention', roi)),
        denoised: this.#boxes.denoised.get(`${rule} ${labels.sinkThresh}`, () =>
          this.#maps.boxes(denoised?.values ?? null, 'attention', roi),
        ),
        rpn: this.#boxes.rpn.get(rule, () => this.#maps.boxes(this.#rpn, 'rpn', roi)),
      },
    };
  }

  /** What the recipe's thresholds are held against; boxes are those of the RPN where there is one, else of g′. */
  cuts({ labels, roi }: Recipe): Cuts {
    const denoised = this.#denoise(labels)?.values ?? null;
    const max = denoised?.reduce((a, b) => Math.max(a, b), 0) ?? 0;
    const shares = denoised && max > 0 ? denoised.map((value) => value / max) : null;
    const boxed = this.#rpn ?? denoised;
    const kind = this.#rpn ? 'rpn' : 'attention';
    const key = `${roi.threshold < 0} ${kind === 'rpn' ? '' : labels.sinkThresh}`;
    return {
      sinkThresh: this.#sink === undefined ? this.#storedSink : this.#sink,
      binaryCoff: shares,
      bgCoff: shares,
      roi: this.#cut.get(key, () => boxed && this.#maps.cut(boxed, kind, roi)),
    };
  }

  #denoise(labels: Recipe['labels']): PlacedValues | null {
    return this.#denoised.get(`${labels.sinkThresh}`, () => {
      const values = this.#maps.denoise(labels, this.#mean?.values ?? this.#stored, this.#sink);
      return values && this.#placed(values);
    });
  }

  #placed(values: Float32Array): PlacedValues {
    return { ...withRange(values), ...this.#place };
  }
}

/** The last thing made, for as long as it would be made of the same. */
class Kept<T> {
  #key: string | null = null;
  #value: T | null = null;

  get(key: string, make: () => T): T {
    if (this.#key !== key) {
      this.#value = make();
      this.#key = key;
    }
    return this.#value as T;
  }

  forget(): void {
    this.#key = null;
  }
}
