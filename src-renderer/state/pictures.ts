/**
 * Pictures as bitmaps in stored pixels (EXIF orientation not applied: maps and boxes live there). Very large ones
 * are scaled down while decoding, off the UI thread, so that drawing them stays cheap.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { withoutOrientation } from '../logic/orientation.ts';

export interface Picture {
  readonly bitmap: ImageBitmap;
  /** Size in source pixels; the bitmap may be smaller. */
  readonly width: number;
  readonly height: number;
}

const LONGEST_SIDE = 4096;

/** Memory of the decoded picture: four bytes per pixel. */
export function bytesOf({ bitmap }: Picture): number {
  return bitmap.width * bitmap.height * 4;
}

/**
 * @param size the stored size in source pixels
 * @throws FoveaError `bad_image` when the host has no such picture or it cannot be decoded
 */
export async function loadPicture(
  url: string,
  name: string,
  size: { width: number; height: number },
): Promise<Picture> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the host answered ${response.status}`);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(size.width, size.height));
    const bytes = withoutOrientation(new Uint8Array(await response.arrayBuffer()));
    const bitmap = await createImageBitmap(
      new Blob([bytes], { type: response.headers.get('content-type') ?? '' }),
      scale < 1
        ? { resizeWidth: Math.round(size.width * scale), resizeHeight: Math.round(size.height * scale) }
        : {},
    );
    return { bitmap, width: size.width, height: size.height };
  } catch (thrown) {
    throw new FoveaError('bad_image', `The picture ${name} cannot be shown`, {
      next: 'Check that the file is still where it was imported from',
      cause: thrown,
    });
  }
}
