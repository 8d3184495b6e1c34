/** How a picture is refused: one code, the reason by name, and what to do about it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** For a file that is damaged or no picture. */
export function badImage(path: string, what: string, cause?: unknown): FoveaError {
  // Libraries repeat the path; it is said once, and the words stay the same for every picture.
  const reason = what.replaceAll(`${path}: `, '').replaceAll(path, 'the file');
  return new FoveaError('bad_image', `the picture cannot be decoded: ${reason}`, {
    where: path,
    next: 'Replace it with an intact JPEG, PNG, WebP, GIF, TIFF or AVIF file',
    cause,
  });
}

/** For an intact file of a kind whose pixels would not be Pillow's. */
export function otherPixels(path: string, kind: string): FoveaError {
  return new FoveaError('bad_image', `the picture is not read: ${kind}`, {
    where: path,
    next: 'Save it as an 8-bit PNG: of that every reader makes the same pixels',
  });
}

/** The first line of what a library said. */
export function reasonOf(error: unknown): string {
  // Reading beyond the last byte, which our own readers leave to DataView to notice.
  if (error instanceof RangeError) return 'it ends too early or contradicts itself';
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? 'unknown';
}
