/**
 * Small pictures for looking at many at once. libvips decodes and shrinks in its own threads, JPEGs while decoding, so
 * nothing here holds up the process; only what libvips would show otherwise than the model sees it (transparent,
 * turned, 16-bit and CMYK pictures) is decoded first. Stored orientation and no transparency, like the model's view of
 * the picture.
 */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { badImage, reasonOf } from './bad-image.ts';
import { decodeImage } from './decode.ts';
import { decoding } from './guarded-file.ts';
import { openPicture, SHARP_OPTIONS } from './picture-file.ts';
import type { PictureFile } from './picture-file.ts';

const QUALITY = 78;

/**
 * The picture as WebP, its longer side at most `edge` pixels; a smaller one keeps its size.
 * @throws FoveaError as `decodeImage` does
 */
export async function makeThumbnail(path: string, edge: number): Promise<Uint8Array> {
  const file = await openPicture(path);
  try {
    const image = shownByLibvips(file) ? sharp(path, SHARP_OPTIONS) : await decoded(path);
    return await decoding(path, () =>
      image
        .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
        .toColourspace('srgb')
        .removeAlpha()
        .webp({ quality: QUALITY, effort: 1 })
        .toBuffer(),
    );
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw badImage(path, reasonOf(error), error);
  }
}

/**
 * The picture as `side`×`side` grey pixels, stretched to that whatever its shape: `[side*side]` row-major, 0 to 255.
 * @throws FoveaError as `decodeImage` does
 */
export async function smallGrey(path: string, side: number): Promise<Uint8Array> {
  const file = await openPicture(path);
  try {
    const image = shownByLibvips(file) ? sharp(path, SHARP_OPTIONS) : await decoded(path);
    const { data } = await decoding(path, () =>
      image
        .resize({ width: side, height: side, fit: 'fill' })
        .toColourspace('b-w')
        .removeAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true }),
    );
    return new Uint8Array(data);
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw badImage(path, reasonOf(error), error);
  }
}

/** At this size, that is: AVIF's chroma is libheif's own, which nobody sees once it is shrunk. */
function shownByLibvips({ kind, transparent, clipped, orientation, onLoad, header }: PictureFile): boolean {
  if (transparent || clipped || onLoad !== 1 || header.space === 'cmyk' || kind === 'gif') return false;
  return kind !== 'avif' || orientation === 1;
}

async function decoded(path: string): Promise<Sharp> {
  const { data, width, height } = await decodeImage(path);
  return sharp(data, { raw: { width, height, channels: 3 } });
}
