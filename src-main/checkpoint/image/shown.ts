/**
 * Pictures for people's eyes: what the model sees, where a browser by itself would show another picture (it lays
 * transparent ones on the page, turns AVIF, knows no TIFF, and has colours of its own for CMYK and 16-bit grey).
 */
import sharp from 'sharp';
import type { PictureRules } from '../../../src-shared/contract/preset.ts';
import { decodeImage } from './decode.ts';
import { openPicture } from './picture-file.ts';
import type { PictureFile } from './picture-file.ts';

/** What about a picture a person may want to know, because a viewer would show it otherwise. */
export interface PictureNotes {
  /** EXIF orientation that is still to be turned; 1: it lies as it is meant. */
  readonly orientation: PictureFile['orientation'];
  readonly transparent: boolean;
  /** 16-bit grey: everything above 255 is white. */
  readonly clipped: boolean;
}

/** Reads no more than the header. @throws FoveaError as {@link openPicture} */
export async function pictureNotes(path: string): Promise<PictureNotes> {
  const { orientation, transparent, clipped } = await openPicture(path);
  return { orientation, transparent, clipped };
}

/**
 * The picture in stored pixels as the model sees its colours, as PNG; null where a browser shows those by itself.
 * @throws FoveaError as {@link decodeImage}
 */
export async function asModelSees(path: string, alpha: PictureRules['alpha']): Promise<Uint8Array | null> {
  const file = await openPicture(path);
  if (browserShows(file)) return null;
  const { data, width, height } = await decodeImage(path, { exif: 'stored', alpha });
  // Written for a reader on the same machine: quick, not small.
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

function browserShows({ kind, transparent, clipped, orientation, header }: PictureFile): boolean {
  if (transparent || clipped || header.space === 'cmyk') return false;
  // Chromium makes other colours of AVIF with more than 8 bits; EXIF data of JPEG, PNG and WebP are taken out on the page.
  if (kind === 'avif') return orientation === 1 && header.depth === 'uchar';
  return kind === 'jpeg' || kind === 'png' || kind === 'webp';
}
