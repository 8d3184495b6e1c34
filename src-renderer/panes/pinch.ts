/**
 * Fingers on a pane. One draws or pans like a mouse; from the second on all of them together move and scale the picture, and
 * none draws until the last is lifted: the first finger of a pinch always comes down alone.
 */
import type { Point } from '../canvas/viewport.ts';

export interface PinchStep {
  /** How far the middle of the fingers went. */
  readonly pan: Point;
  /** How much farther apart they are, as a factor, about their middle. */
  readonly zoom: number;
  readonly about: Point;
}

export class Pinch {
  readonly #fingers = new Map<number, Point>();
  #together = false;

  /** A finger comes down. @returns true when from here on they move the picture */
  down(id: number, at: Point): boolean {
    this.#fingers.set(id, at);
    if (this.#fingers.size > 1) this.#together = true;
    return this.#together;
  }

  /** A finger went to `at`. @returns what that does to the picture; null while one finger is alone */
  move(id: number, at: Point): PinchStep | null {
    if (!this.#together || !this.#fingers.has(id)) return null;
    const [middle, spread] = this.#middle();
    this.#fingers.set(id, at);
    const [about, now] = this.#middle();
    return {
      pan: { x: about.x - middle.x, y: about.y - middle.y },
      zoom: spread > 0 && now > 0 ? now / spread : 1,
      about,
    };
  }

  /** A finger was lifted, or taken away. @returns whether it belonged to a pinch */
  up(id: number): boolean {
    const belonged = this.#together && this.#fingers.has(id);
    this.#fingers.delete(id);
    if (this.#fingers.size === 0) this.#together = false;
    return belonged;
  }

  #middle(): [middle: Point, spread: number] {
    const all = [...this.#fingers.values()];
    const x = all.reduce((sum, point) => sum + point.x, 0) / all.length;
    const y = all.reduce((sum, point) => sum + point.y, 0) / all.length;
    const spread = all.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / all.length;
    return [{ x, y }, all.length > 1 ? spread : 0];
  }
}
