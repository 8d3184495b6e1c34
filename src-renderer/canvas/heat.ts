/** A tile's tint: colours of a map or label, and where it lies on the picture. */
import type { Heat } from '../../src-shared/contract/procedures.ts';
import { overPicture } from './colormap.ts';
import { opacityOf } from './map-colours.ts';

/** The label's foreground, `--fg` of the style sheet. */
const FG_RGB = [230, 159, 0] as const;
const FG_ALPHA = 150;
/** The strongest of a map; weaker values are more see-through. */
const MAP_ALPHA = 190;

/** RGBA bytes `[4*H*W]`. Maps are drawn in viridis, see-through where nothing happens. */
export function heatPixels({ data }: Heat, asLabel: boolean): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(data.length * 4);
  const table = overPicture('viridis');
  data.forEach((value, i) => {
    if (value === 0) return;
    if (asLabel) pixels.set([...FG_RGB, FG_ALPHA], i * 4);
    else {
      pixels.set(table.subarray(value * 3, value * 3 + 3), i * 4);
      pixels[i * 4 + 3] = opacityOf(value / 255) * MAP_ALPHA;
    }
  });
  return pixels;
}

/** Where the grid lies, in percent of the picture; it may reach beyond it (padding). */
export function heatPlace(
  { grid, transform }: Pick<Heat, 'grid' | 'transform'>,
  [width, height]: readonly [number, number],
): { left: number; top: number; width: number; height: number } {
  const share = (cell: number, scale: number, offset: number, size: number): number =>
    ((cell - offset) / scale / size) * 100;
  const left = share(0, transform.scaleX, transform.offsetX, width);
  const top = share(0, transform.scaleY, transform.offsetY, height);
  return {
    left,
    top,
    width: share(grid[1], transform.scaleX, transform.offsetX, width) - left,
    height: share(grid[0], transform.scaleY, transform.offsetY, height) - top,
  };
}
