/**
 * Pictures as the reference sees them: `Image.open(path).convert('RGB')` of Pillow, every pixel of it. Stored pixels
 * (EXIF orientation not applied), alpha dropped, grey repeated, 16-bit grey clipped to 8, CMYK by PIL's formula, no
 * colour management. libvips (through sharp) decodes; where its pixels would be others they are read here (GIF, AVIF's
 * chroma), and what is read in neither way is refused. A preset may ask for transformers' ways instead.
 */
import sharp from 'sharp';
import type { PictureRules } from '../../../src-shared/contract/preset.ts';
import { AUTHORS_PICTURE_RULES } from '../../../src-shared/contract/preset.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { decodeAvif, OtherAvif } from './avif.ts';
import { badImage, otherPixels, reasonOf } from './bad-image.ts';
import { decodeGif } from './gif.ts';
import { decoding, readPictureFile } from './guarded-file.ts';
import { onWhite } from './on-white.ts';
import { turnedPair, turnUpright } from '../../../src-shared/kernels/labels/orientation.ts';
import type { Orientation } from '../../../src-shared/kernels/labels/orientation.ts';
import { openPicture, SHARP_OPTIONS } from './picture-file.ts';
import type { PictureFile } from './picture-file.ts';

/** Row-major 8-bit RGB, `[height, width, 3]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Which orientation of the stored picture was turned upright; absent or 1: it lies as stored. */
  readonly turned?: Orientation;
}

/** Colours as stored, and alpha where there is any: `[height, width]`. */
interface Pixels {
  readonly rgb: Uint8Array;
  readonly alpha: Uint8Array | null;
}

/** The size in the header, in stored pixels; decodes nothing. Errors as {@link decodeImage}, bar truncation. */
export async function readImageSize(path: string): Promise<readonly [width: number, height: number]> {
  const { width, height } = await openPicture(path);
  return [width, height];
}

/**
 * @param rules absent: the authors' (stored orientation, alpha dropped)
 * @throws FoveaError as {@link openPicture}, and `bad_image` for what is truncated or cannot be shown on white.
 */
export async function decodeImage(
  path: string,
  rules: PictureRules = AUTHORS_PICTURE_RULES,
): Promise<RgbImage> {
  const file = await openPicture(path);
  const white = rules.alpha === 'white' && file.transparent;
  const unknown = (white ? file.notOnWhite : null) ?? (rules.exif === 'turned' ? file.notTurned : null);
  if (unknown !== null) throw otherPixels(path, unknown);
  const { rgb, alpha } = await decoding(path, () => pixelsOf(file, white)).catch((error: unknown) => {
    if (error instanceof FoveaError) throw error;
    throw error instanceof OtherAvif
      ? otherPixels(path, error.message)
      : badImage(path, reasonOf(error), error);
  });
  const data = white && alpha ? onWhite(rgb, alpha) : rgb;
  const turned = rules.exif === 'turned' ? file.orientation : 1;
  const [width, height] = turnedPair([file.width, file.height] as const, turned);
  return { width, height, turned, data: turnUpright(data, [file.height, file.width], turned, 3) };
}

async function pixelsOf(file: PictureFile, withAlpha: boolean): Promise<Pixels> {
  switch (file.kind) {
    case 'gif':
      return decodeGif(await readPictureFile(file.path));
    case 'avif':
      return decodeAvif(await readPictureFile(file.path), SHARP_OPTIONS, withAlpha);
    default:
      return file.clipped && file.header.depth === 'ushort'
        ? clippedPixels(file)
        : plainPixels(file, withAlpha);
  }
}

/** 16-bit grey: values as stored, all above 255 white. */
async function clippedPixels({ path, width, height, onLoad, header }: PictureFile): Promise<Pixels> {
  const { data, info } = await sharp(path, SHARP_OPTIONS)
    .pipelineColourspace('grey16')
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    rgb.fill(Math.min(255, values[i * info.channels] as number), i * 3, i * 3 + 3);
  }
  return { rgb: turnUpright(rgb, [header.height, header.width], onLoad, 3), alpha: null };
}

async function plainPixels({ path, onLoad, header }: PictureFile, withAlpha: boolean): Promise<Pixels> {
  const cmyk = header.space === 'cmyk';
  const image = sharp(path, SHARP_OPTIONS);
  const decoded = cmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : withAlpha
      ? image.toColourspace('srgb')
      : image.toColourspace('srgb').removeAlpha();
  const { data, info } = await decoded.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const rgb = toRgb(data, width * height, channels, cmyk);
  const hasAlpha = !cmyk && (channels === 2 || channels === 4);
  const alpha = hasAlpha ? lastOf(data, width * height, channels) : null;
  return {
    rgb: turnUpright(rgb, [height, width], onLoad, 3),
    alpha: alpha && turnUpright(alpha, [height, width], onLoad),
  };
}

function lastOf(data: Uint8Array, pixels: number, channels: number): Uint8Array {
  const out = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) out[i] = data[(i + 1) * channels - 1] as number;
  return out;
}

function toRgb(data: Uint8Array, pixels: number, channels: number, cmyk: boolean): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    if (cmyk) {
      const light = 255 - (data[from + 3] as number);
      for (let c = 0; c < 3; c++) {
        rgb[to + c] = Math.max(0, light - divide255((data[from + c] as number) * light));
      }
    } else if (channels > 3) {
      for (let c = 0; c < 3; c++) rgb[to + c] = data[from + c] as number;
    } else {
      // Grey, or grey with alpha: the first channel three times.
      rgb.fill(data[from] as number, to, to + 3);
    }
  }
  return rgb;
}

/** Rounded division by 255, the way PIL's MULDIV255 does it (Pillow, Convert.c and ImagingUtils.h). */
function divide255(product: number): number {
  const t = product + 128;
  return ((t >> 8) + t) >> 8;
}
