/**
 * A picture file before it is decoded: what it is, how large, how it lies, and whether its pixels would be Pillow's.
 * Sizes are those of Pillow's picture: as stored, bar TIFF, which Pillow turns upright itself when it loads one.
 */
import sharp from 'sharp';
import type { Metadata, SharpOptions } from 'sharp';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { avifHeader, OtherAvif } from './avif.ts';
import { badImage, otherPixels, reasonOf } from './bad-image.ts';
import { gifSize } from './gif.ts';
import { decoding, readPictureFile, withPictureFile } from './guarded-file.ts';
import { orientationFrom, swapsSides } from '../../../src-shared/kernels/labels/orientation.ts';
import type { Orientation } from '../../../src-shared/kernels/labels/orientation.ts';
import { refusedTiff } from './tiff-rules.ts';
import { readTiffTags } from './tiff-tags.ts';
import type { TiffTags } from './tiff-tags.ts';

/** Above this a file is taken for a decompression bomb: four times the largest camera sensors' pictures. */
export const MAX_PIXELS = 200_000_000;

/** Little- and big-endian, each with offsets of four bytes and of eight. */
const TIFF_MARKS = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];

/** What PIL and libvips both read; anything else (SVG, PDF) is a document, not a picture of the data set. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

/** Up to the depth and kind of a PNG. */
const HEAD_BYTES = 26;
const UNASSOCIATED = 2;

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

export interface PictureFile {
  readonly path: string;
  readonly kind: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';
  readonly width: number;
  readonly height: number;
  /** What `exif_transpose` of Pillow would turn it by; 1 where nothing is left to turn. */
  readonly orientation: Orientation;
  /** What Pillow's loading itself turns by: TIFF's tag, 1 for all others. */
  readonly onLoad: Orientation;
  /** An alpha channel or a transparent colour. */
  readonly transparent: boolean;
  /** Grey of 16 bits, which Pillow clips to 8: everything above 255 is white. */
  readonly clipped: boolean;
  /** Why it cannot be laid on white as Pillow would (which compares the colour with pixels of another depth). */
  readonly notOnWhite: string | null;
  /** Why it is not known how it lies: EXIF data where libvips does not look for them. */
  readonly notTurned: string | null;
  readonly header: Metadata;
}

/**
 * @throws FoveaError as `withPictureFile`, `bad_image` also for a corrupt or foreign file and for a kind whose pixels
 *   would not be Pillow's, `image_too_large` above {@link MAX_PIXELS}.
 */
export async function openPicture(path: string): Promise<PictureFile> {
  const head = await headOf(path);
  if (head.toString('latin1', 4, 12) === 'ftypavis') throw otherPixels(path, 'AVIF of moving pictures');
  if (HEIC.test(head.toString('latin1', 4, 12))) throw otherPixels(path, 'HEIC, whose codec is not built in');
  const tiff = TIFF_MARKS.includes(head.toString('latin1', 0, 4)) ? await tiffTags(path) : null;
  const refused = tiff && refusedTiff(tiff);
  if (refused) throw otherPixels(path, refused);
  // The pixel limit is ours to apply: libvips would fail with a message that names no number.
  const header = await decoding(path, () =>
    sharp(path, { ...SHARP_OPTIONS, limitInputPixels: false })
      .metadata()
      .catch((error: unknown) => {
        throw badImage(path, reasonOf(error), error);
      }),
  );
  if (!FORMATS.has(header.format)) {
    throw badImage(path, `${header.format} is not one of JPEG, PNG, WebP, GIF, TIFF, AVIF`);
  }
  const picture = await describe(path, header, head, tiff).catch((error: unknown) => {
    if (error instanceof FoveaError) throw error;
    if (error instanceof OtherAvif) throw otherPixels(path, error.message);
    throw badImage(path, reasonOf(error), error);
  });
  if (picture.width * picture.height > MAX_PIXELS) {
    throw new FoveaError(
      'image_too_large',
      `the picture claims ${picture.width} × ${picture.height} pixels`,
      {
        where: path,
        next: `Fovea decodes up to ${MAX_PIXELS / 1e6} megapixels; scale it down first`,
      },
    );
  }
  return picture;
}

/** The first brand of what phones write, in one piece, in tiles or as a sequence. */
const HEIC = /^ftyphe(ic|ix|im|is|vc|vx|vm|vs)$/;

/** The first bytes, as many as {@link HEAD_BYTES} where there are so many. */
function headOf(path: string): Promise<Buffer> {
  return withPictureFile(path, async (file) => {
    const { buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer;
  });
}

function tiffTags(path: string): Promise<TiffTags> {
  return withPictureFile(path, async (file) => {
    try {
      return await readTiffTags(file);
    } catch (error) {
      throw badImage(path, reasonOf(error), error);
    }
  });
}

async function describe(
  path: string,
  header: Metadata,
  head: Buffer,
  tiff: TiffTags | null,
): Promise<PictureFile> {
  const { width, height } = header;
  const plain = {
    path,
    width,
    height,
    orientation: taggedOrientation(header),
    onLoad: 1,
    transparent: header.hasAlpha,
    clipped: false,
    notOnWhite: null,
    notTurned: null,
    header,
  } as const;
  switch (header.format) {
    case 'gif': {
      const [w, h] = gifSize(await readPictureFile(path));
      return { ...plain, kind: 'gif', width: w, height: h };
    }
    case 'heif': {
      const { size, orientation } = avifHeader(await readPictureFile(path));
      return {
        ...plain,
        kind: 'avif',
        width: size[0],
        height: size[1],
        orientation: orientation === 1 ? xmpOrientation(header) : orientation,
      };
    }
    case 'tiff': {
      const tags = tiff as TiffTags;
      const onLoad = orientationFrom(tags.orientation ?? orientationInXmp(tags.xmp ?? undefined));
      const [w, h] = swapsSides(onLoad) ? [height, width] : [width, height];
      const clipped = tags.photometric === 1 && (tags.bits[0] ?? 1) > 8;
      // A channel more than RGB of which nothing is said is alpha; one said to be something else is none.
      const [extra = tags.bits.length === 4 && tags.photometric === 2 ? UNASSOCIATED : 0] = tags.extraSamples;
      const transparent = extra === UNASSOCIATED;
      const notOnWhite = transparent && tags.bits.length > 4 ? 'TIFF with more channels than alpha' : null;
      return {
        ...plain,
        kind: 'tiff',
        width: w,
        height: h,
        orientation: 1,
        onLoad,
        clipped,
        transparent,
        notOnWhite,
      };
    }
    case 'png': {
      // IHDR comes first: depth, then 0 for grey and 2 for RGB, whose transparency is one colour.
      const [depth, kind] = [head[24], head[25]];
      const keyed = header.hasAlpha && (kind === 0 || kind === 2);
      return {
        ...plain,
        kind: 'png',
        clipped: depth === 16 && kind === 0,
        notOnWhite:
          keyed && depth !== 8 && depth !== 1 ? `${depth}-bit PNG with one transparent colour` : null,
        notTurned: header.comments?.some(({ keyword }) => keyword === 'Raw profile type exif')
          ? 'PNG with EXIF data as text'
          : null,
      };
    }
    default:
      return { ...plain, kind: header.format as 'jpeg' | 'webp' };
  }
}

/** As Pillow's `getexif`: the EXIF tag, and where EXIF has none the one in XMP. */
function taggedOrientation(header: Metadata): Orientation {
  return header.orientation === undefined ? xmpOrientation(header) : orientationFrom(header.orientation);
}

function xmpOrientation({ orientation, xmp }: Metadata): Orientation {
  return orientation === undefined ? orientationFrom(orientationInXmp(xmp)) : 1;
}

function orientationInXmp(xmp: Buffer | undefined): number | undefined {
  const found = xmp && /tiff:Orientation(?:="|>)([0-9])/.exec(xmp.toString('latin1'));
  return found ? Number(found[1]) : undefined;
}
