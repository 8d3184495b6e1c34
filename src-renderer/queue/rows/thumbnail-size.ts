/** How large a small picture is: the one to ask for, and its place in a square. */
import { THUMBNAIL_EDGES } from '../../../src-shared/contract/procedures.ts';

/** The smallest thumbnail that is sharp in a square of `side` pixels, in device pixels. */
export function edgeFor(side: number, pixelRatio: number): (typeof THUMBNAIL_EDGES)[number] {
  return THUMBNAIL_EDGES.find((edge) => edge >= side * pixelRatio) ?? THUMBNAIL_EDGES.at(-1)!;
}

/** A picture fitted into a square: its size in pixels. */
export function fitted(
  [width, height]: readonly [number, number],
  square: number,
): { width: number; height: number } {
  const scale = square / Math.max(width, height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
