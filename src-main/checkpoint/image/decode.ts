/**
 * Pictures as the reference sees them: stored pixels (EXIF orientation not applied), `Image.convert('RGB')` of PIL:
 * alpha dropped, grey repeated, CMYK by PIL's formula, no colour management. libvips (through sharp) does the
 * decoding. One deliberate difference: 16-bit grey keeps its high byte, where PIL clips everything above 255 to white.
 */
import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, SharpOptions } from 'sharp';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** Row-major 8-bit RGB, `[height, width, 3]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Above this a file is taken for a decompression bomb: four times the largest camera sensors' pictures. */
export const MAX_PIXELS = 200_000_000;

/** What PIL and libvips both read; anything else (SVG, PDF) is a document, not a picture of the data set. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

// libvips remembers decoded files by name, and a picture may be replaced under its name.
sharp.cache(false);

/** How every file is opened: no orientation, no colour management, errors instead of guesses. */
export const SHARP_OPTIONS: SharpOptions = {
  limitInputPixels: MAX_PIXELS,
  failOn: 'error',
  ignoreIcc: true,
  autoOrient: false,
  sequentialRead: true,
};

/** The size in the header, in stored pixels; decodes nothing. Errors as {@link decodeImage}, bar truncation. */
export async function readImageSize(path: string): Promise<readonly [width: number, height: number]> {
  const { width, height } = await readHeader(path);
  return [width, height];
}

/**
 * @throws FoveaError `not_found` for a missing file, `bad_image` for an empty, corrupt, truncated or foreign one,
 *   `image_too_large` above {@link MAX_PIXELS} (by the header, before anything is decoded).
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const header = await readHeader(path);
  const cmyk = header.space === 'cmyk';
  try {
    const image = sharp(path, SHARP_OPTIONS);
    const decoded = cmyk
      ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
      : image.toColourspace('srgb').removeAlpha();
    const { data, info } = await decoded.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: toRgb(data, info.width * info.height, info.channels, cmyk),
    };
  } catch (error) {
    throw bad(path, reason(error));
  }
}

async function readHeader(path: string): Promise<Metadata> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new FoveaError('not_found', 'the image is missing', {
          where: path,
          next: 'Put it back, or leave its samples out',
        })
      : new FoveaError('io', `the image cannot be read (${error.code})`, {
          where: path,
          next: "Check the file's permissions",
        });
  });
  if (!file.isFile()) throw bad(path, 'not a file');
  if (file.size === 0) throw bad(path, '0 bytes');
  // The pixel limit is ours to apply: libvips would fail with a message that names no number.
  const header = await sharp(path, { ...SHARP_OPTIONS, limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw bad(path, reason(error));
    });
  if (!FORMATS.has(header.format))
    throw bad(path, `${header.format} is not one of JPEG, PNG, WebP, GIF, TIFF, AVIF`);
  if (header.width * header.height > MAX_PIXELS) {
    throw new FoveaError('image_too_large', `the image claims ${header.width} × ${header.height} pixels`, {
      where: path,
      next: `Fovea decodes up to ${MAX_PIXELS / 1e6} megapixels; scale it down first`,
    });
  }
  return header;
}

function toRgb(data: Uint8Array, pixels: number, channels: number, cmyk: boolean): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    if (cmyk) {
      const light = 255 - (data[from + 3] ?? 0);
      for (let c = 0; c < 3; c++) rgb[to + c] = Math.max(0, light - divide255((data[from + c] ?? 0) * light));
    } else {
      // Grey, or grey with alpha: the first channel three times.
      rgb.fill(data[from] ?? 0, to, to + 3);
    }
  }
  return rgb;
}

/** Rounded division by 255, the way PIL's MULDIV255 does it (Pillow, Convert.c and ImagingUtils.h). */
function divide255(product: number): number {
  const t = product + 128;
  return ((t >> 8) + t) >> 8;
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? 'unknown';
}

function bad(path: string, what: string): FoveaError {
  return new FoveaError('bad_image', `the image cannot be decoded: ${what}`, {
    where: path,
    next: 'Replace it with an intact JPEG, PNG, WebP, GIF, TIFF or AVIF file',
  });
}
