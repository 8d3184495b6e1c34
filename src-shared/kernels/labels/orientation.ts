/**
 * The eight ways a stored picture can lie (EXIF tag 274), and everything that is kept in stored pixels seen from the
 * upright picture and back: grids, maps, boxes, transforms. Source: the EXIF specification (1 upright, 2 mirrored,
 * 3 upside down, 4 that mirrored, 5 to 8 with sides exchanged); Pillow's `exif_transpose` turns the same way.
 */
import type { Grid, GridTransform, Orientation, SourceXyxy } from '../types.ts';

export type { Orientation };
type Size = readonly [width: number, height: number];
type Values = Float32Array | Uint16Array | Int8Array | Uint8Array;

/** Whether width and height change places. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** The value of a tag, 1 for what is none of the eight. */
export function orientationFrom(value: number | undefined): Orientation {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8
    ? (value as Orientation)
    : 1;
}

/** Two lengths (width and height, rows and columns) as the other side has them. */
export function turnedPair<P extends readonly [number, number]>(pair: P, orientation: Orientation): P {
  return swapsSides(orientation) ? ([pair[1], pair[0]] as readonly [number, number] as P) : pair;
}

/** Cells `[rows, cols, channels]` as stored, laid upright. */
export function turnUpright<V extends Values>(
  values: V,
  stored: Grid,
  orientation: Orientation,
  channels = 1,
): V {
  if (orientation === 1) return values;
  const out = empty(values);
  eachCell(stored, orientation, (upright, at) => copy(values, at, out, upright, channels));
  return out;
}

/** The way back of {@link turnUpright}; `stored` is the grid that comes out. */
export function turnStored<V extends Values>(values: V, stored: Grid, orientation: Orientation): V {
  if (orientation === 1) return values;
  const out = empty(values);
  eachCell(stored, orientation, (upright, at) => copy(values, upright, out, at, 1));
  return out;
}

/** Of the same kind and length; a Buffer counts as the bytes it is. */
function empty<V extends Values>(values: V): V {
  const { length } = values;
  if (values instanceof Float32Array) return new Float32Array(length) as V;
  if (values instanceof Uint16Array) return new Uint16Array(length) as V;
  if (values instanceof Int8Array) return new Int8Array(length) as V;
  return new Uint8Array(length) as Values as V;
}

function copy(from: Values, at: number, to: Values, place: number, channels: number): void {
  for (let c = 0; c < channels; c++) to[place * channels + c] = from[at * channels + c]!;
}

function eachCell(
  stored: Grid,
  orientation: Orientation,
  visit: (upright: number, stored: number) => void,
): void {
  const [rows, cols] = turnedPair(stored, orientation);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      // The middle of a cell lies in the cell that it is stored in.
      const [x, y] = storedPoint(col + 0.5, row + 0.5, [stored[1], stored[0]], orientation);
      visit(row * cols + col, Math.floor(y) * stored[1] + Math.floor(x));
    }
  }
}

/** A point of the upright picture, in a stored picture of this size. */
function storedPoint(x: number, y: number, [w, h]: Size, orientation: Orientation): [x: number, y: number] {
  const [a, b] = swapsSides(orientation) ? [y, x] : [x, y];
  return [flipsX(orientation) ? w - a : a, flipsY(orientation) ? h - b : b];
}

/** Whether stored columns run the other way. */
function flipsX(orientation: Orientation): boolean {
  return orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
}

function flipsY(orientation: Orientation): boolean {
  return orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
}

/** A box of the upright picture in stored pixels. `stored` is the stored [width, height]. */
export function storedBox([x0, y0, x1, y1]: SourceXyxy, stored: Size, orientation: Orientation): SourceXyxy {
  const [ax, ay] = storedPoint(x0, y0, stored, orientation);
  const [bx, by] = storedPoint(x1, y1, stored, orientation);
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** The way back of {@link storedBox}. */
export function uprightBox(box: SourceXyxy, stored: Size, orientation: Orientation): SourceXyxy {
  return storedBox(box, turnedPair(stored, orientation), inverse(orientation));
}

/** What undoes a turn: itself, but for the two quarter turns. */
function inverse(orientation: Orientation): Orientation {
  return orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
}

/**
 * Where the stored grid lies on the stored picture, from where the upright grid lies on the upright picture.
 * @param stored the stored [width, height]
 * @param grid the stored grid
 */
export function storedTransform(
  t: GridTransform,
  stored: Size,
  grid: Grid,
  turned: Orientation,
): GridTransform {
  if (turned === 1) return t;
  return { ...flipped(swapsSides(turned) ? exchanged(t) : t, stored, grid, turned), turned };
}

/** The way back of {@link storedTransform}, of the same stored size and grid. */
export function uprightTransform(t: GridTransform, stored: Size, grid: Grid): GridTransform {
  const { turned = 1, ...plain } = t;
  if (turned === 1) return plain;
  const back = flipped(plain, stored, grid, turned);
  return swapsSides(turned) ? exchanged(back) : back;
}

function exchanged({ scaleX, scaleY, offsetX, offsetY }: GridTransform): GridTransform {
  return { scaleX: scaleY, scaleY: scaleX, offsetX: offsetY, offsetY: offsetX };
}

/** Axes that run the other way: cell n − c of pixel s − p. Twice is nothing. */
function flipped(
  { scaleX, scaleY, offsetX, offsetY }: GridTransform,
  [w, h]: Size,
  grid: Grid,
  o: Orientation,
) {
  return {
    scaleX,
    scaleY,
    offsetX: flipsX(o) ? grid[1] - scaleX * w - offsetX : offsetX,
    offsetY: flipsY(o) ? grid[0] - scaleY * h - offsetY : offsetY,
  };
}
