/**
 * Between the picture as it is stored and as the model sees it, where a preset has it turned upright: requests come and
 * outcomes go in stored pixels and stored cells, everything between is the model's own.
 */
import type { SecondStage } from '../../../src-shared/contract/outcome.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import {
  storedBox,
  storedTransform,
  turnedPair,
  turnStored,
  turnUpright,
  uprightBox,
} from '../../../src-shared/kernels/labels/orientation.ts';
import type { Orientation } from '../../../src-shared/kernels/labels/orientation.ts';
import type { Grid, GridTransform, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import type { LabelOutcome, TokensOutcome } from '../../engine/protocol.ts';

type Seen = Pick<RgbImage, 'width' | 'height' | 'turned'>;

/** A box in stored pixels as the model sees it. */
export function seenBox(box: SourceXyxy, image: Seen): SourceXyxy {
  const { turned, size } = stored(image);
  return turned === 1 ? box : uprightBox(box, size, turned);
}

/** A stored map as the model saw it. */
export function seenMap(
  grid: Grid,
  bits: Uint16Array,
  { turned = 1 }: Seen,
): { grid: Grid; bits: Uint16Array } {
  return { grid: turnedPair(grid, turned), bits: turnUpright(bits, grid, turned) };
}

/** A second stage with its crop in stored pixels. */
export function storedStage(stage: SecondStage, image: Seen): SecondStage {
  const { turned, size } = stored(image);
  return turned === 1 || !stage.crop ? stage : { ...stage, crop: storedBox(stage.crop, size, turned) };
}

/** Everything that a prediction stores, in stored pixels and cells. */
export function storedOutcome(outcome: LabelOutcome, image: Seen): LabelOutcome {
  const { turned, size } = stored(image);
  if (turned === 1) return outcome;
  const { grid, maps, headMaps, labels, boxes, secondStage } = outcome;
  const place = placeOf(outcome, size, turned);
  const map = (one: PlacedMap | null): PlacedMap | null =>
    one && {
      ...placeOf(one, size, turned),
      bits: turnStored(one.bits, turnedPair(one.grid, turned), turned),
    };
  const back = (list: readonly SourceXyxy[]) => list.map((box) => storedBox(box, size, turned));
  return {
    ...outcome,
    imageSize: size,
    ...place,
    maps: {
      grounding: map(maps.grounding),
      sink: map(maps.sink),
      question: map(maps.question),
      denoised: map(maps.denoised),
      rpn: map(maps.rpn),
    },
    headMaps: headMaps.map((one) => ({ ...one, map: turnStored(one.map, place.grid, turned) })),
    labels: turnStored(labels, turnedPair(grid, turned), turned),
    boxes: { raw: back(boxes.raw), denoised: back(boxes.denoised), rpn: back(boxes.rpn) },
    secondStage: secondStage && storedStage(secondStage, image),
  };
}

/** A grid and its place in stored cells and pixels. */
export function storedPlace(
  place: { readonly grid: Grid; readonly transform: GridTransform },
  image: Seen,
): { readonly grid: Grid; readonly transform: GridTransform } {
  const { turned, size } = stored(image);
  return turned === 1 ? place : placeOf(place, size, turned);
}

/** A map and its boxes in stored cells and pixels. */
export function storedPrediction(
  rpn: PlacedMap,
  boxes: readonly SourceXyxy[],
  image: Seen,
): { readonly rpn: PlacedMap; readonly boxes: readonly SourceXyxy[] } {
  const { turned, size } = stored(image);
  if (turned === 1) return { rpn, boxes };
  const bits = turnStored(rpn.bits, turnedPair(rpn.grid, turned), turned);
  return {
    rpn: { ...placeOf(rpn, size, turned), bits },
    boxes: boxes.map((box) => storedBox(box, size, turned)),
  };
}

/** What a method looked by and at, in stored cells and pixels. */
export function storedSight(
  map: PlacedMap | null,
  boxes: readonly SourceXyxy[],
  image: Seen,
): {
  readonly map: PlacedMap | null;
  readonly boxes: readonly SourceXyxy[];
  readonly imageSize: readonly [width: number, height: number];
} {
  const { turned, size } = stored(image);
  const turnedBoxes = turned === 1 ? boxes : boxes.map((box) => storedBox(box, size, turned));
  return { map: map && storedPrediction(map, [], image).rpn, boxes: turnedBoxes, imageSize: size };
}

/** Each token's map in stored cells. */
export function storedTokens(outcome: TokensOutcome, image: Seen): TokensOutcome {
  const { turned, size } = stored(image);
  if (turned === 1) return outcome;
  const place = placeOf(outcome, size, turned);
  const tokens = outcome.tokens.map((token) => ({
    ...token,
    map: token.map && turnStored(token.map, place.grid, turned),
  }));
  return { ...outcome, ...place, tokens };
}

function stored({ width, height, turned = 1 }: Seen): {
  readonly turned: Orientation;
  readonly size: readonly [width: number, height: number];
} {
  return { turned, size: turnedPair([width, height] as const, turned) };
}

function placeOf(
  { grid, transform }: { readonly grid: Grid; readonly transform: GridTransform },
  size: readonly [width: number, height: number],
  turned: Orientation,
): { readonly grid: Grid; readonly transform: GridTransform } {
  const own = turnedPair(grid, turned);
  return { grid: own, transform: storedTransform(transform, size, own, turned) };
}
