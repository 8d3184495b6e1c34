/**
 * One use of a tool, from putting it down to lifting it (a polygon: to closing it). A gesture starts from a label,
 * holds the label as it would be now, and changes nothing else: giving it up is forgetting it. Points are grid
 * coordinates (columns, rows; fractional).
 */
import type { CellXyxy, Grid, Labels } from '../../src-shared/kernels/types.ts';
import { brushCells, paint } from '../canvas/brush.ts';
import { boxAround } from './region.ts';
import { handlePoint, moveWithin, resized, withBox, withMoved, type Handle } from './roi-box.ts';
import { boxCells, polygonCells, touchedBox } from './shapes.ts';
import type { Point } from '../canvas/viewport.ts';

/** What the panes draw of a gesture besides the label itself. */
export type Shape =
  | { readonly kind: 'box'; readonly box: CellXyxy }
  | { readonly kind: 'polygon'; readonly corners: readonly Point[] };

export interface Gesture {
  readonly before: Labels;
  /** The label as it would be now; a new one whenever it changes. */
  readonly label: Labels;
  readonly shape: Shape | null;
  /** The tool is put down again. @returns true when that ends the gesture */
  press(at: Point): boolean;
  /** The tool moves while it is down. */
  drag(to: Point): void;
  /** The tool moves while it is up. */
  hover(to: Point): void;
  /** The tool is lifted. @returns true when that ends the gesture */
  lift(): boolean;
  /** Takes the last step back. @returns false when there is none: the gesture is over */
  back(): boolean;
}

/** What most gestures do: lifting ends them, there is nothing to take back on the way. */
abstract class OneDrag implements Gesture {
  readonly before: Labels;
  readonly grid: Grid;
  label: Labels;
  shape: Shape | null = null;

  constructor(before: Labels, grid: Grid) {
    this.before = this.label = before;
    this.grid = grid;
  }

  abstract drag(to: Point): void;

  press(): boolean {
    return false;
  }

  hover(): void {
    // Nothing moves while the tool is up.
  }

  lift(): boolean {
    return true;
  }

  back(): boolean {
    return false;
  }
}

/** Brush and eraser: everything on the way is painted. */
export class Stroke extends OneDrag {
  readonly #value: number;
  readonly #size: number;
  #last: Point;

  constructor(before: Labels, grid: Grid, at: Point, value: number, size: number) {
    super(before, grid);
    this.#value = value;
    this.#size = size;
    this.#last = at;
    this.drag(at);
  }

  drag(to: Point): void {
    const label = this.label.slice();
    if (paint(label, brushCells(this.grid, this.#last, to, this.#size), this.#value) > 0) this.label = label;
    this.#last = to;
  }
}

/** Rectangle: every cell that the drawn one touches. */
export class Rectangle extends OneDrag {
  readonly #value: number;
  readonly #from: Point;

  constructor(before: Labels, grid: Grid, at: Point, value: number) {
    super(before, grid);
    this.#value = value;
    this.#from = at;
    this.drag(at);
  }

  drag(to: Point): void {
    const box = touchedBox(this.#from, to, this.grid);
    this.label = box ? painted(this.before, boxCells(box, this.grid), this.#value) : this.before;
    this.shape = box && { kind: 'box', box };
  }
}

/** A region's box, resized by a handle or, without one, moved. */
export class BoxDrag extends OneDrag {
  readonly #region: readonly number[];
  readonly #box: CellXyxy;
  readonly #handle: Handle | null;
  readonly #from: Point;
  #anchor: number;

  constructor(before: Labels, grid: Grid, region: readonly number[], handle: Handle | null, at: Point) {
    super(before, grid);
    this.#region = region;
    this.#box = boxAround(region, grid);
    this.#handle = handle;
    this.#from = at;
    this.shape = { kind: 'box', box: this.#box };
    this.#anchor = region[0]!;
  }

  /** A cell of the region as it is now. */
  get anchor(): number {
    return this.#anchor;
  }

  drag(to: Point): void {
    const [x0, y0, x1, y1] = this.#box;
    const way = { x: to.x - this.#from.x, y: to.y - this.#from.y };
    if (this.#handle) {
      const { x, y } = handlePoint(this.#box, this.#handle);
      const box = resized(this.#box, this.#handle, { x: x + way.x, y: y + way.y }, this.grid);
      // Back where it was: the region keeps its shape instead of becoming its own box.
      const same = box.every((at, i) => at === this.#box[i]);
      this.label = same ? this.before : withBox(this.before, this.grid, this.#region, box);
      this.#anchor = same ? this.#region[0]! : box[1] * this.grid[1] + box[0];
      this.shape = { kind: 'box', box };
    } else {
      const by = moveWithin(this.#box, way, this.grid);
      const still = by.dx === 0 && by.dy === 0;
      this.label = still ? this.before : withMoved(this.before, this.grid, this.#region, by);
      this.#anchor = this.#region[0]! + by.dy * this.grid[1] + by.dx;
      this.shape = { kind: 'box', box: [x0 + by.dx, y0 + by.dy, x1 + by.dx, y1 + by.dy] };
    }
  }
}

/** Polygon: each press sets a corner; a press on the first one closes it. */
export class Polygon implements Gesture {
  readonly before: Labels;
  readonly #grid: Grid;
  readonly #value: number;
  readonly #reach: Point;
  #corners: readonly Point[];
  #next: Point | null = null;
  #done = false;
  label: Labels;

  /** @param reach how near (cells, per axis) a press must be to the first corner to close the polygon */
  constructor(before: Labels, grid: Grid, at: Point, value: number, reach: Point) {
    this.before = this.label = before;
    this.#grid = grid;
    this.#value = value;
    this.#reach = reach;
    this.#corners = [at];
    this.#fill();
  }

  get shape(): Shape {
    return { kind: 'polygon', corners: this.#next ? [...this.#corners, this.#next] : this.#corners };
  }

  press(at: Point): boolean {
    this.#next = null;
    const first = this.#corners[0]!;
    const closes = Math.abs(first.x - at.x) <= this.#reach.x && Math.abs(first.y - at.y) <= this.#reach.y;
    if (closes && this.#corners.length > 2) this.#done = true;
    else this.#corners = [...this.#corners, at];
    this.#fill();
    return this.#done;
  }

  drag(to: Point): void {
    this.#corners = [...this.#corners.slice(0, -1), to];
    this.#fill();
  }

  hover(to: Point): void {
    this.#next = to;
    this.#fill();
  }

  lift(): boolean {
    return this.#done;
  }

  back(): boolean {
    this.#next = null;
    this.#corners = this.#corners.slice(0, -1);
    this.#fill();
    return this.#corners.length > 0;
  }

  /** Only the corners that were set: what the pointer passes over on its way to a button does not count. */
  finish(): void {
    this.#next = null;
    this.#fill();
  }

  #fill(): void {
    const corners = this.#next ? [...this.#corners, this.#next] : this.#corners;
    // Fewer than three corners enclose nothing.
    const cells = corners.length < 3 ? [] : polygonCells(corners, this.#grid);
    this.label = painted(this.before, cells, this.#value);
  }
}

function painted(before: Labels, cells: readonly number[], value: number): Labels {
  const label = before.slice();
  return paint(label, cells, value) > 0 ? label : before;
}
