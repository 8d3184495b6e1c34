/**
 * Small pictures for looking at many at once. libvips decodes and shrinks in its own threads, JPEGs while decoding, so
 * nothing here holds up the process. Stored orientation and no transparency, like the model's view of the picture; the
 * colours of CMYK pictures are libvips' own and may differ a little from {@link decodeImage}'s.
 */
import sharp from 'sharp';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readImageSize, SHARP_OPTIONS } from './decode.ts';

const QUALITY = 78;

/**
 * The picture as WebP, its longer side at most `edge` pixels; a smaller one keeps its size.
 * @throws FoveaError as `decodeImage` does
 */
export async function makeThumbnail(path: string, edge: number): Promise<Uint8Array> {
  await readImageSize(path);
  try {
    return await sharp(path, SHARP_OPTIONS)
      .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .webp({ quality: QUALITY, effort: 1 })
      .toBuffer();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
    throw new FoveaError('bad_image', `the image cannot be decoded: ${reason}`, {
      where: path,
      next: 'Replace it with an intact JPEG, PNG, WebP, GIF, TIFF or AVIF file',
      cause: error,
    });
  }
}
