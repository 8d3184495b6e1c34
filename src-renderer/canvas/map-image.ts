/** A map as a bitmap of one pixel per token; the pane scales it, smooth or pixelated. */
import type { ColormapName } from './colormap.ts';
import { keptContext } from './kept-context.ts';
import { toRgba } from './map-colours.ts';
import { sameScale, type Scale } from './map-scale.ts';
import type { PlacedValues } from './map-values.ts';

const drawn = new WeakMap<PlacedValues, { colormap: ColormapName; scale: Scale; bitmap: ImageBitmap }>();

/** The bitmap of a map; the last one asked for is kept with the map, so that a neighbour can be drawn ahead. */
export function mapImage(map: PlacedValues, scale: Scale, colormap: ColormapName): ImageBitmap {
  const known = drawn.get(map);
  if (known?.colormap === colormap && sameScale(known.scale, scale)) return known.bitmap;
  const [rows, cols] = map.grid;
  const canvas = new OffscreenCanvas(cols, rows);
  keptContext(canvas)?.putImageData(new ImageData(toRgba(map.values, scale, colormap), cols, rows), 0, 0);
  // A bitmap, not the canvas: drawing a canvas takes a snapshot of it first.
  const bitmap = canvas.transferToImageBitmap();
  drawn.set(map, { colormap, scale, bitmap });
  return bitmap;
}
