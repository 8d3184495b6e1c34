/** Canvases that are as sharp as the screen: as many pixels as the device has for them. */
import type { Size } from './viewport.ts';

/**
 * Makes a canvas that the page lays out as large as `size` (CSS pixels) where there is room, and keeps its shape.
 * @returns what to draw with, in CSS pixels; null where the browser gives none
 */
export function sharpContext(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
  ratio: number,
): CanvasRenderingContext2D | null {
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.maxWidth = `min(100%, ${width}px)`;
  const context = canvas.getContext('2d');
  context?.scale(canvas.width / width, canvas.height / height);
  return context;
}

/**
 * The part of a box (CSS pixels) that is whole device pixels, so that its canvas is not resampled.
 * @returns CSS pixels, a hair more than whole, so that no rounding takes one away
 */
export function wholePixels({ width, height }: Size, ratio: number): Size {
  const whole = (length: number): number => (Math.floor(length * ratio + 1e-6) + 0.01) / ratio;
  return { width: whole(width), height: whole(height) };
}
