/** The samples of a list as dots of a plane: where they lie, which one is under the pointer, which lie in a loop. */
import { POINT_STATES, type EmbeddingPlane } from '../../src-shared/contract/procedures.ts';
import type { SampleState } from '../../src-shared/contract/domain.ts';
import { toPane, type Point, type Viewport } from '../canvas/viewport.ts';

/** The plane's longer side in world units. */
export const SIDE = 1000;

export interface Dots {
  readonly count: number;
  /** `[count]`: sample, picture and state of each. States change with decisions. */
  readonly samples: Uint32Array;
  readonly images: Uint32Array;
  readonly states: SampleState[];
  /** `[count]`, world units. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** `[count]`, CSS pixels: how far a dot stands beside its place, which others have too. */
  readonly besideX: Float32Array;
  readonly besideY: Float32Array;
  /** `[count]`, NaN where a sample has no such number; null: coloured by decision. */
  readonly values: Float32Array | null;
  /** The lowest and the highest of the values; null: there is none. */
  readonly range: readonly [low: number, high: number] | null;
  /** Place of each sample in the arrays. */
  readonly indexOf: ReadonlyMap<number, number>;
}

/** Dots of one place stand on a spiral about it, this far apart (H. Vogel, Math. Biosciences 44, 1979). */
const STEP = 4.5;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

export function dotsOf({ samples, images, places, states, values }: EmbeddingPlane): Dots {
  const ids = numbers(samples, 4, (view, at) => view.getUint32(at, true), Uint32Array);
  const xy = numbers(places, 4, (view, at) => view.getFloat32(at, true), Float32Array);
  const count = ids.length;
  const [x, y] = [new Float32Array(count), new Float32Array(count)];
  const [besideX, besideY] = [new Float32Array(count), new Float32Array(count)];
  const here = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    x[i] = xy[2 * i]! * SIDE;
    y[i] = xy[2 * i + 1]! * SIDE;
    const place = `${x[i]} ${y[i]}`;
    const before = here.get(place) ?? 0;
    here.set(place, before + 1);
    besideX[i] = STEP * Math.sqrt(before) * Math.cos(before * GOLDEN_ANGLE);
    besideY[i] = STEP * Math.sqrt(before) * Math.sin(before * GOLDEN_ANGLE);
  }
  const known = values && numbers(values, 4, (view, at) => view.getFloat32(at, true), Float32Array);
  return {
    count,
    samples: ids,
    images: numbers(images, 4, (view, at) => view.getUint32(at, true), Uint32Array),
    states: Array.from(states, (at) => POINT_STATES[at]!),
    x,
    y,
    besideX,
    besideY,
    values: known,
    range: known && rangeOf(known),
    indexOf: new Map(Array.from(ids, (id, i) => [id, i])),
  };
}

function numbers<T extends Uint32Array | Float32Array>(
  bytes: Uint8Array,
  size: number,
  read: (view: DataView, at: number) => number,
  Kind: new (length: number) => T,
): T {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Kind(Math.floor(bytes.byteLength / size));
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * size);
  return out;
}

function rangeOf(values: Float32Array): readonly [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

/** Where a dot is drawn, in CSS pixels of the pane. */
export function dotAt({ x, y, besideX, besideY }: Dots, i: number, view: Viewport): Point {
  const { x: left, y: top } = toPane(view, { x: x[i]!, y: y[i]! });
  return { x: left + besideX[i]!, y: top + besideY[i]! };
}

/** The dot nearest to a point of the pane, at most `reach` CSS pixels away; null: none is. Of equals the one drawn last. */
export function dotUnder(dots: Dots, view: Viewport, at: Point, reach: number): number | null {
  let [found, least]: [number | null, number] = [null, reach ** 2];
  for (let i = 0; i < dots.count; i++) {
    const left = dots.x[i]! * view.scale + view.x + dots.besideX[i]! - at.x;
    const top = dots.y[i]! * view.scale + view.y + dots.besideY[i]! - at.y;
    const far = left * left + top * top;
    if (far <= least) [found, least] = [i, far];
  }
  return found;
}

/** The samples whose dots lie inside a loop of the pane (even–odd). A loop of fewer than three points has no inside. */
export function samplesInside(dots: Dots, view: Viewport, loop: readonly Point[]): number[] {
  if (loop.length < 3) return [];
  const left = Math.min(...loop.map(({ x }) => x));
  const right = Math.max(...loop.map(({ x }) => x));
  const found: number[] = [];
  for (let i = 0; i < dots.count; i++) {
    const at = dotAt(dots, i, view);
    if (at.x >= left && at.x <= right && isInside(at, loop)) found.push(dots.samples[i]!);
  }
  return found;
}

function isInside({ x, y }: Point, loop: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
    const [a, b] = [loop[i]!, loop[j]!];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

export type Way = 'left' | 'right' | 'up' | 'down';
const WAYS: Readonly<Record<Way, readonly [number, number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/**
 * The next dot from one of them in a direction: near counts, and so does lying straight ahead. Null: none lies that way.
 * @param from null: the dot nearest the middle of the pane
 */
export function nextDot(
  dots: Dots,
  view: Viewport,
  from: number | null,
  way: Way,
  middle: Point,
): number | null {
  if (from === null) return dotUnder(dots, view, middle, Infinity);
  const here = dotAt(dots, from, view);
  const [wayX, wayY] = WAYS[way];
  let [found, least]: [number | null, number] = [null, Infinity];
  for (let i = 0; i < dots.count; i++) {
    if (i === from) continue;
    const at = dotAt(dots, i, view);
    const ahead = (at.x - here.x) * wayX + (at.y - here.y) * wayY;
    const aside = Math.abs((at.x - here.x) * wayY) + Math.abs((at.y - here.y) * wayX);
    if (ahead <= 0.01 || aside > 2 * ahead) continue;
    const far = ahead + 2 * aside;
    if (far < least) [found, least] = [i, far];
  }
  return found;
}

/** A box of the pane as a loop. */
export function boxLoop(a: Point, b: Point): Point[] {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}
