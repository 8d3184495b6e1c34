/**
 * Contexts whose pixels lie in the page's own memory. What a graphics process holds is gone with it, bitmaps made of it
 * included: a map that is drawn once and kept would be shown as nothing from then on.
 */
const KEPT = { willReadFrequently: true } as const;

export function keptContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null;
export function keptContext(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D | null;
export function keptContext(
  canvas: HTMLCanvasElement | OffscreenCanvas,
): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null {
  return canvas.getContext('2d', KEPT) as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
}
