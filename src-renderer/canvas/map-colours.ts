/**
 * From values to colours under a scale. The lowest values are not drawn at all, and low ones begin so faintly that the eye sees no
 * edge: where nothing happens the photograph is neither darkened nor tinted. In a difference that is so about zero. Masked values are
 * transparent.
 */
import { colormapTable, ENTRIES, overPicture, type ColormapName } from './colormap.ts';
import type { Scale } from './map-scale.ts';

/** Share of the range up to which the picture shows as it is. */
const CLEAR_TO = 0.1;
/** Share of the range from which on a value is drawn in full. */
const FULL_FROM = 0.5;

/** A map as RGBA bytes `[4*H*W]`. A constant map has no lowest value and is drawn in full, unless it is zero throughout. */
export function toRgba(
  values: Float32Array,
  scale: Scale,
  colormap: ColormapName,
): Uint8ClampedArray<ArrayBuffer> {
  const table = tableOf(scale, colormap);
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const share = shareOf(values[i]!, scale);
    if (Number.isNaN(share)) continue;
    const entry = entryOf(share) * 3;
    pixels[i * 4] = table[entry]!;
    pixels[i * 4 + 1] = table[entry + 1]!;
    pixels[i * 4 + 2] = table[entry + 2]!;
    pixels[i * 4 + 3] = alphaOf(share, scale);
  }
  return pixels;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour of one value, `alpha` from 0 to 255; masked values have alpha 0. */
export function colourOf(value: number, scale: Scale, colormap: ColormapName): { rgb: Rgb; alpha: number } {
  const share = shareOf(value, scale);
  if (Number.isNaN(share)) return { rgb: [0, 0, 0], alpha: 0 };
  return { rgb: rgbAt(tableOf(scale, colormap), entryOf(share)), alpha: Math.round(alphaOf(share, scale)) };
}

/** Evenly spaced colours of a legend, `at` from 0 to 1. */
export function legendStops(scale: Scale, colormap: ColormapName, count = 33): { at: number; rgb: Rgb }[] {
  const table = tableOf(scale, colormap);
  return Array.from({ length: count }, (_, i) => {
    const at = i / (count - 1);
    return { at, rgb: rgbAt(table, entryOf(at)) };
  });
}

/** The colours a scale is drawn with, `[256*3]` RGB bytes. */
function tableOf(scale: Scale, colormap: ColormapName): Uint8Array {
  return scale.diverging ? colormapTable('diverging') : overPicture(colormap);
}

/** Where a value lies in the scale, 0 to 1; NaN when it is masked. */
export function shareOf(value: number, { min, max, diverging }: Scale): number {
  if (!Number.isFinite(value)) return NaN;
  if (max <= min) return diverging ? 0.5 : min === 0 ? 0 : 1;
  return Math.min(1, Math.max(0, (value - min) / (max - min)));
}

function alphaOf(share: number, { diverging }: Scale): number {
  return 255 * opacityOf(diverging ? Math.abs(share - 0.5) * 2 : share);
}

/**
 * How much of a value's colour is drawn, 0 to 1: a square, so that it begins without a step. @param strength its share of the
 * range, 0 to 1
 */
export function opacityOf(strength: number): number {
  return Math.min(1, Math.max(0, (strength - CLEAR_TO) / (FULL_FROM - CLEAR_TO))) ** 2;
}

/** The colours of a scale from its lowest to its highest value, as opaque as they are drawn: RGBA bytes `[4*256]`. */
export function scaleRgba(scale: Scale, colormap: ColormapName): Uint8ClampedArray<ArrayBuffer> {
  const table = tableOf(scale, colormap);
  const pixels = new Uint8ClampedArray(ENTRIES * 4);
  for (let i = 0; i < ENTRIES; i++) {
    pixels.set([...rgbAt(table, i), alphaOf(i / (ENTRIES - 1), scale)], i * 4);
  }
  return pixels;
}

function entryOf(share: number): number {
  return Math.round(share * (ENTRIES - 1));
}

function rgbAt(table: Uint8Array, entry: number): Rgb {
  return [table[entry * 3]!, table[entry * 3 + 1]!, table[entry * 3 + 2]!];
}
