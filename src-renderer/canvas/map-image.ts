/** A map as a canvas of one pixel per token; the pane scales it, smooth or pixelated. */
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { ColormapName } from '../logic/colormap.ts';
import { toRgba, type MapValues } from '../logic/map-values.ts';

const drawn = new WeakMap<MapValues, { colormap: ColormapName; canvas: HTMLCanvasElement }>();

/** The canvas of a map; the last one asked for is kept with the map, so that a neighbour can be drawn ahead. */
export function mapImage(map: MapValues, [rows, cols]: Grid, colormap: ColormapName): HTMLCanvasElement {
  const known = drawn.get(map);
  if (known?.colormap === colormap) return known.canvas;
  const canvas = document.createElement('canvas');
  canvas.width = cols;
  canvas.height = rows;
  canvas.getContext('2d')?.putImageData(new ImageData(toRgba(map, colormap), cols, rows), 0, 0);
  drawn.set(map, { colormap, canvas });
  return canvas;
}
