/**
 * What boxes are called on the picture, and where that is written: beside its box, inside the pane, apart from other
 * names, and never where the pointer is. Lengths are CSS pixels of the pane, boxes source pixels (xyxy).
 */
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import {
  cellAt,
  toGrid,
  toPane,
  tokensAt,
  type Point,
  type Rect,
  type Size,
  type Viewport,
} from '../viewport.ts';
import type { PlacedValues } from '../map-values.ts';

export interface NamedBox {
  readonly box: SourceXyxy;
  readonly name: string;
}

export interface PlacedName {
  readonly name: string;
  /** Left top corner. */
  readonly at: Point;
}

/** Height of a name, its width beside the letters, and the width of a letter of the typeface at `text`: an upper bound. */
export const NAME = { height: 18, padding: 12, letter: 7, text: 11 } as const;
/** Between a box and its name. */
const GAP = 3;
/** What is this near to the pointer is being looked at. */
const LOOKED_AT = 28;

/** @param of which map's boxes */
export function namedBoxes(boxes: readonly SourceXyxy[], of: string): NamedBox[] {
  return boxes.map((box) => ({ box, name: of }));
}

/** Dashes of boxes that others proposed, CSS pixels: dots, beside the dashes of truth. */
export const PROPOSED = [2, 3];

/** Names beside proposals at most, those with the highest scores: hundreds of boxes have no room for more. */
const PROPOSALS_NAMED = 20;

/** Boxes that others proposed, by the name of their source, with its score where it gives one. */
export function proposedBoxes(
  proposals: readonly {
    readonly source: string;
    readonly boxes: readonly SourceXyxy[];
    readonly scores: readonly number[] | null;
  }[],
): NamedBox[] {
  return proposals
    .flatMap(({ source, boxes, scores }) =>
      boxes.map((box, i) => {
        const score = scores?.[i];
        return { box, score, name: score === undefined ? source : `${source} ${score.toFixed(2)}` };
      }),
    )
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .slice(0, PROPOSALS_NAMED)
    .map(({ box, name }) => ({ box, name }));
}

/** Boxes of the RPN with the highest probability of the tokens inside. @param map probabilities, if there are any */
export function rpnBoxes(boxes: readonly SourceXyxy[], map: PlacedValues | null): NamedBox[] {
  return boxes.map((box) => {
    const highest = map && highestIn(map, box);
    return { box, name: highest === null ? 'RPN' : `RPN ${highest.toFixed(2)}` };
  });
}

/** The highest finite value of the tokens whose centre lies in a box; null when there is none. */
export function highestIn(map: PlacedValues, [x0, y0, x1, y1]: SourceXyxy): number | null {
  const { rect, rows, cols } = tokensAt(map);
  let highest = -Infinity;
  for (let row = 0; row < rows; row++) {
    const y = rect.y + ((row + 0.5) / rows) * rect.height;
    if (y < y0 || y >= y1) continue;
    for (let col = 0; col < cols; col++) {
      const x = rect.x + ((col + 0.5) / cols) * rect.width;
      const value = map.values[row * cols + col]!;
      if (x >= x0 && x < x1 && Number.isFinite(value)) highest = Math.max(highest, value);
    }
  }
  if (highest > -Infinity) return highest;
  // A box smaller than a token.
  const cell = cellAt(toGrid({ x: (x0 + x1) / 2, y: (y0 + y1) / 2 }, map.transform), map.grid);
  const value = cell === null ? NaN : map.values[cell]!;
  return Number.isFinite(value) ? value : null;
}

/**
 * Where names are written. One that finds no place is left out.
 * @param pointer where the pointer is in this pane, or would be: all panes mark one place of the picture
 */
export function placeNames(
  named: readonly NamedBox[],
  viewport: Viewport,
  pane: Size,
  pointer: Point | null,
): PlacedName[] {
  const boxes = named.map(({ box: [x0, y0, x1, y1] }) => {
    const [from, to] = [toPane(viewport, { x: x0, y: y0 }), toPane(viewport, { x: x1, y: y1 })];
    return { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
  });
  const lookedAt = pointer && {
    x: pointer.x - LOOKED_AT,
    y: pointer.y - LOOKED_AT,
    width: 2 * LOOKED_AT,
    height: 2 * LOOKED_AT,
  };
  const taken: Rect[] = [];
  const placed: PlacedName[] = [];
  named.forEach(({ name }, i) => {
    const width = nameWidth(name);
    const free = placesBeside(boxes[i]!, width).filter(
      (place) =>
        isInside(place, pane) &&
        !taken.some((other) => overlap(place, other)) &&
        !(lookedAt && overlap(place, lookedAt)),
    );
    // Over no box, if it can be: what lies in one is what is to be seen.
    const place = free.find((one) => !boxes.some((box) => overlap(one, box))) ?? free[0];
    if (!place) return;
    taken.push(place);
    placed.push({ name, at: { x: place.x, y: place.y } });
  });
  return placed;
}

/** As wide as a name may be. */
export function nameWidth(name: string): number {
  return NAME.padding + NAME.letter * name.length;
}

/** Above, below, beside and inside, the first the best. */
function placesBeside({ x, y, width, height }: Rect, long: number): Rect[] {
  const [right, bottom] = [x + width, y + height];
  const size = { width: long, height: NAME.height };
  return [
    { x, y: y - GAP - NAME.height },
    { x, y: bottom + GAP },
    { x: right - long, y: y - GAP - NAME.height },
    { x: right - long, y: bottom + GAP },
    { x: right + GAP, y },
    { x: x - GAP - long, y },
    { x: right + GAP, y: bottom - NAME.height },
    { x: x - GAP - long, y: bottom - NAME.height },
    { x: x + GAP, y: y + GAP },
    { x: right - GAP - long, y: bottom - GAP - NAME.height },
  ].map((at) => ({ ...at, ...size }));
}

function isInside({ x, y, width, height }: Rect, pane: Size): boolean {
  return x >= 0 && y >= 0 && x + width <= pane.width && y + height <= pane.height;
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
