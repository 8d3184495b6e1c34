/**
 * Everything a recipe's thresholds decide, from stored maps alone: g′, label, reason for dropping and boxes (METHOD §2,
 * §4). Nothing here needs the model; the same maps and the same recipe always give what the engine stored.
 */
import type { LabelResult } from './assign.ts';
import { denoiseByRule, labelByRule } from './rule.ts';
import type { LabelRule } from './rule.ts';
import {
  storedBox,
  turnedPair,
  turnStored,
  turnUpright,
  uprightBox,
  uprightTransform,
} from './orientation.ts';
import type { Orientation } from './orientation.ts';
import { cutByRule, roiByRule } from '../roi/rule.ts';
import type { MapKind, RoiRule } from '../roi/rule.ts';
import { conversionOf, liesSquared, sourceBoxes } from '../roi/stored-place.ts';
import type { StoredPlace, ToSource, Witness } from '../roi/stored-place.ts';
import type { SourceXyxy } from '../types.ts';

/** The thresholds of a preset. */
export interface Thresholds {
  readonly labels: LabelRule;
  readonly roi: RoiRule;
}

/** A stored map: float16 values decoded, `[H*W]`, where it lies, and the boxes that were made of it. */
export interface StoredMap extends StoredPlace {
  readonly values: Float32Array;
  readonly boxes: readonly SourceXyxy[];
}

export interface StoredMaps {
  /** The label's grid and place, for a sample without maps too. */
  readonly place: StoredPlace;
  readonly grounding: StoredMap | null;
  readonly sink: Float32Array | null;
  /** The stored g′, only to tell how its boxes were rounded. */
  readonly denoised: StoredMap | null;
  /** RPN logits, on a grid of their own where the teacher saw another picture. */
  readonly rpn: StoredMap | null;
}

export interface Rederived extends LabelResult {
  /** g′, float16-exact; null without rows. */
  readonly denoised: Float32Array | null;
  readonly boxes: {
    readonly raw: readonly SourceXyxy[];
    readonly denoised: readonly SourceXyxy[];
    readonly rpn: readonly SourceXyxy[];
  };
}

/** The stored maps of one sample, looked at once; each part can be asked for again under other thresholds. */
export interface Rederivable {
  /** `grounding`, `sink`: other maps `[H*W]` on the same grid in place of the stored ones. */
  label(rule: LabelRule, grounding?: Float32Array | null, sink?: Float32Array | null): LabelResult;
  denoise(rule: LabelRule, grounding?: Float32Array | null, sink?: Float32Array | null): Float32Array | null;
  boxes(map: Float32Array | null, kind: MapKind, rule: RoiRule): SourceXyxy[];
  /** What the rule compares with its threshold, of the map as the model saw the picture: see `cutByRule`. */
  cut(map: Float32Array, kind: MapKind, rule: RoiRule): Float32Array;
}

/** @param used the RoI rule that the stored boxes were made with */
export function rederivable(stored: StoredMaps, used: RoiRule): Rederivable {
  const { turned = 1 } = stored.place.transform;
  return turned === 1 ? asSeen(stored, used) : asStored(stored, used, turned);
}

/** Rules know left from top (corners, rounding, padding): they are applied as the model saw the picture. */
function asStored(stored: StoredMaps, used: RoiRule, turned: Orientation): Rederivable {
  const { grid, size } = stored.place;
  const seen = asSeen(seenMaps(stored, turned), used);
  const up = <V extends Float32Array | null | undefined>(map: V, of = grid) =>
    map && turnUpright(map, of, turned);
  return {
    label(rule, grounding, sink) {
      const result = seen.label(rule, up(grounding), up(sink));
      return { ...result, labels: turnStored(result.labels, grid, turned) };
    },
    denoise(rule, grounding, sink) {
      const map = seen.denoise(rule, up(grounding), up(sink));
      return map && turnStored(map, grid, turned);
    },
    boxes(map, kind, rule) {
      const of = kind === 'rpn' && stored.rpn ? stored.rpn.grid : grid;
      return seen
        .boxes(map && turnUpright(map, of, turned), kind, rule)
        .map((box) => storedBox(box, size, turned));
    },
    cut(map, kind, rule) {
      const of = kind === 'rpn' && stored.rpn ? stored.rpn.grid : grid;
      return seen.cut(turnUpright(map, of, turned), kind, rule);
    },
  };
}

function seenMaps({ place, grounding, sink, denoised, rpn }: StoredMaps, turned: Orientation): StoredMaps {
  const lies = ({ grid, transform, size }: StoredPlace): StoredPlace => ({
    grid: turnedPair(grid, turned),
    transform: uprightTransform(transform, size, grid),
    size: turnedPair(size, turned),
  });
  const map = (one: StoredMap | null): StoredMap | null =>
    one && {
      ...lies(one),
      values: turnUpright(one.values, one.grid, turned),
      boxes: one.boxes.map((box) => uprightBox(box, one.size, turned)),
    };
  return {
    place: lies(place),
    grounding: map(grounding),
    sink: sink && turnUpright(sink, place.grid, turned),
    denoised: map(denoised),
    rpn: map(rpn),
  };
}

function asSeen(stored: StoredMaps, used: RoiRule): Rederivable {
  const { place, grounding } = stored;
  const maps = {
    grid: place.grid,
    // A square picture has no padding, so there it makes no difference whether it was squared.
    paddedFrom: liesSquared(place) ? place.size : null,
  };
  const toSource = converter(place, used, [grounding, stored.denoised], 'attention');
  const rpnToSource = stored.rpn && converter(stored.rpn, used, [stored.rpn], 'rpn');
  const own = grounding?.values ?? null;
  return {
    label: (rule, values = own, sink = stored.sink) =>
      labelByRule({ ...maps, grounding: values, sink }, rule),
    denoise: (rule, values = own, sink = stored.sink) =>
      values && denoiseByRule({ ...maps, grounding: values, sink }, rule),
    boxes(map, kind, rule) {
      if (!map) return [];
      const grid = kind === 'rpn' && stored.rpn ? stored.rpn.grid : place.grid;
      const to = kind === 'rpn' && rpnToSource ? rpnToSource : toSource;
      return sourceBoxes(roiByRule(map, kind, grid, rule).boxes, to);
    },
    cut: (map, kind, rule) =>
      cutByRule(map, kind, kind === 'rpn' && stored.rpn ? stored.rpn.grid : place.grid, rule),
  };
}

function converter(
  place: StoredPlace,
  rule: RoiRule,
  maps: readonly (StoredMap | null)[],
  kind: MapKind,
): ToSource {
  const witnesses = maps
    .filter((map) => map !== null)
    .map(({ values, boxes }): Witness => ({ map: values, kind, boxes }));
  return conversionOf(place, rule, witnesses);
}

/**
 * What the rules for dropping cut, whatever their limits are: the share of the grid that the foreground's box covers (1 where there is
 * no foreground), and the maximum that a floor is held against (0 where there is none). Null for an answer without rows.
 */
export function dropValues(
  from: Pick<Rederivable, 'label'>,
  rule: LabelRule,
  grounding?: Float32Array | null,
  sink?: Float32Array | null,
): { readonly area: number; readonly max: number } | null {
  // A limit that everything exceeds is a rule that says what it measured.
  const area = from.label({ ...rule, maxRatioLimit: 0 }, grounding, sink).dropped;
  if (area?.rule !== 'area') return null;
  const low = { ...rule, variant: 'qwen', maxRatioLimit: Infinity, minMax: Infinity } as const;
  const max = from.label(rule.variant === 'qwen' ? low : rule, grounding, sink).dropped;
  return { area: area.value, max: max?.rule === 'low_max' ? max.value : 0 };
}

/** All of it at once, under `wanted`; `used` as for {@link rederivable}. */
export function rederive(stored: StoredMaps, used: RoiRule, wanted: Thresholds): Rederived {
  const from = rederivable(stored, used);
  const denoised = from.denoise(wanted.labels);
  return {
    ...from.label(wanted.labels),
    denoised,
    boxes: {
      raw: from.boxes(stored.grounding?.values ?? null, 'attention', wanted.roi),
      denoised: from.boxes(denoised, 'attention', wanted.roi),
      rpn: from.boxes(stored.rpn?.values ?? null, 'rpn', wanted.roi),
    },
  };
}
