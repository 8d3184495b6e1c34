/** How far the parts beside the panes may be pulled. CSS pixels; `most` as a share of the whole. */
export interface Limits {
  readonly least: number;
  readonly most: number;
}

export const QUEUE_LIMITS: Limits = { least: 200, most: 0.45 };
export const DOCK_LIMITS: Limits = { least: 96, most: 0.75 };

/**
 * The size of a part whose border was moved.
 * @param size as it is, CSS pixels
 * @param delta share of the whole that it grows by
 * @returns whole pixels
 */
export function pulled(size: number, delta: number, whole: number, { least, most }: Limits): number {
  const highest = Math.max(least, whole * most);
  return Math.round(Math.min(highest, Math.max(least, size + delta * whole)));
}

/**
 * The size as CSS has it, also where the window became smaller since.
 * @param size that a person chose; 0: none
 * @param usual what it is without one
 * @param viewport `vw` or `vh`
 */
export function sizeIn(size: number, usual: string, { least, most }: Limits, viewport: 'vw' | 'vh'): string {
  return size > 0 ? `clamp(${least}px, ${size}px, ${most * 100}${viewport})` : usual;
}
