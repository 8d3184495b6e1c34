/**
 * The eight ways a stored picture can lie (EXIF tag 274), and turning it upright as Pillow's `exif_transpose` does.
 * Source: the EXIF specification (1 upright, 2 mirrored, 3 upside down, 4 that mirrored, 5 to 8 with sides exchanged).
 */

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Whether width and height change places. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** The value of a tag, 1 for what is none of the eight. */
export function orientationFrom(value: number | undefined): Orientation {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8
    ? (value as Orientation)
    : 1;
}

/**
 * A picture turned upright.
 * @param data `[height, width, channels]` as stored
 * @returns the same, `[width, height, channels]` where sides change places
 */
export function turnUpright(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  orientation: Orientation,
): Uint8Array {
  if (orientation === 1) return data;
  const out = new Uint8Array(data.length);
  const swap = swapsSides(orientation);
  const [newWidth, newHeight] = swap ? [height, width] : [width, height];
  for (let y = 0, to = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [sx, sy] = storedOf(x, y, width, height, orientation);
      const from = (sy * width + sx) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c] as number;
    }
  }
  return out;
}

/** Where a cell of the upright picture is stored; `width` and `height` are the stored ones. */
function storedOf(
  x: number,
  y: number,
  width: number,
  height: number,
  orientation: Orientation,
): readonly [x: number, y: number] {
  const [right, bottom] = [width - 1, height - 1];
  switch (orientation) {
    case 1:
      return [x, y];
    case 2:
      return [right - x, y];
    case 3:
      return [right - x, bottom - y];
    case 4:
      return [x, bottom - y];
    case 5:
      return [y, x];
    case 6:
      return [y, bottom - x];
    case 7:
      return [right - y, bottom - x];
    case 8:
      return [right - y, x];
  }
}
