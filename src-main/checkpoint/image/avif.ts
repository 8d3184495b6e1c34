/**
 * AVIF as Pillow reads it (libavif with libyuv). libheif, which libvips decodes with, repeats chroma samples where
 * libavif interpolates them: up to a hundred levels apart on 4:2:0. So libheif is asked for the planes alone
 * ({@link wrapAv1}), and {@link yuvToRgb} does what libavif does. Rotation and mirroring are no part of the pixels: Pillow
 * hands them on as EXIF orientation.
 */
import sharp from 'sharp';
import type { SharpOptions } from 'sharp';
import { sequenceColour } from './av1-sequence.ts';
import { readAvifBoxes } from './avif-boxes.ts';
import type { AvifBoxes, AvifItem, Box } from './avif-boxes.ts';
import { wrapAv1 } from './avif-wrap.ts';
import type { Orientation } from '../../../src-shared/kernels/labels/orientation.ts';
import { greyToRgb, YUV_MATRICES, yuvToRgb } from './yuv.ts';
import type { YuvMatrix } from './yuv.ts';

/** A kind of AVIF whose pixels would not be Pillow's. */
export class OtherAvif extends Error {}

type Size = readonly [width: number, height: number];
const IDENTITY = 0;
/** Marks of kinds that are not read: a cut, a choice of layers. */
const REFUSED: Record<string, string> = { clap: 'a cut in its header', lsel: 'layers', a1op: 'layers' };

export interface AvifHeader {
  /** Stored size: before any rotation. */
  readonly size: Size;
  readonly orientation: Orientation;
}

interface AvifFacts extends AvifHeader {
  readonly matrix: number;
  readonly fullRange: boolean;
  readonly grey: boolean;
  readonly sx: 1 | 2;
  readonly sy: 1 | 2;
}

/** @throws Error for damaged boxes, {@link OtherAvif} for a kind that is refused. */
export function avifHeader(bytes: Uint8Array): AvifHeader {
  return factsOf(bytes, readAvifBoxes(bytes));
}

/**
 * @param withAlpha false: `alpha` is null whatever the file has
 * @throws as {@link avifHeader}, and what libvips throws
 */
export async function decodeAvif(
  bytes: Uint8Array,
  options: SharpOptions,
  withAlpha: boolean,
): Promise<{ readonly rgb: Uint8Array; readonly alpha: Uint8Array | null }> {
  const boxes = readAvifBoxes(bytes);
  const facts = factsOf(bytes, boxes);
  const planes = await planesOf(bytes, boxes.main, facts.size, options);
  const alpha =
    withAlpha && boxes.alpha
      ? channel(await planesOf(bytes, boxes.alpha, facts.size, options), 0, 1, 1)
      : null;
  return { rgb: toRgb(planes, facts), alpha };
}

interface Planes {
  readonly data: Uint8Array;
  readonly size: Size;
  readonly channels: number;
}

async function planesOf(
  bytes: Uint8Array,
  item: AvifItem,
  size: Size,
  options: SharpOptions,
): Promise<Planes> {
  const codec = item.properties.find(({ kind }) => kind === 'av1C');
  if (!codec || item.type !== 'av01') throw new OtherAvif('AVIF put together of parts');
  const wrapped = wrapAv1(item.data, bytes.subarray(codec.start, codec.end), size);
  const { data, info } = await sharp(wrapped, options)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.width !== size[0] || info.height !== size[1]) throw new OtherAvif('AVIF of two sizes');
  return { data, size, channels: info.channels };
}

function toRgb(planes: Planes, { matrix, fullRange, grey, sx, sy }: AvifFacts): Uint8Array {
  const [width, height] = planes.size;
  if (grey) return greyToRgb(channel(planes, 0, 1, 1), fullRange);
  if (matrix === IDENTITY) return planes.data;
  // Handed out as RGB: green is luma, blue is Cb and red is Cr.
  const y = channel(planes, 1, 1, 1);
  const chroma = { u: channel(planes, 2, sx, sy), v: channel(planes, 0, sx, sy), sx, sy };
  return yuvToRgb({ width, height, y, chroma }, matrix as YuvMatrix, fullRange);
}

/** Every `sx`-th sample of every `sy`-th row of one channel. */
function channel(
  { data, size: [width, height], channels }: Planes,
  which: number,
  sx: number,
  sy: number,
): Uint8Array {
  const out = new Uint8Array(Math.ceil(width / sx) * Math.ceil(height / sy));
  let at = 0;
  const [step, row] = [sx * channels, width * channels];
  for (let y = 0; y < height; y += sy) {
    const end = (y + 1) * row;
    for (let from = y * row + which; from < end; from += step) out[at++] = data[from] as number;
  }
  return out;
}

function factsOf(bytes: Uint8Array, { main, alpha, premultiplied }: AvifBoxes): AvifFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const find = (kind: string) => main.properties.find((one) => one.kind === kind);
  if (main.type === 'hvc1') throw new OtherAvif('HEIC, whose codec is not built in');
  if (main.type !== 'av01') throw new OtherAvif(`AVIF put together of parts (${main.type})`);
  const refused = main.properties.find(({ kind }) => kind in REFUSED);
  if (refused) throw new OtherAvif(`AVIF with ${REFUSED[refused.kind]} (${refused.kind})`);
  if (premultiplied) throw new OtherAvif('AVIF with colours multiplied by alpha');
  const [ispe, av1C] = [find('ispe'), find('av1C')];
  if (!ispe || !av1C) throw new Error('an AVIF without size or codec');
  const codec = view.getUint8(av1C.start + 2);
  const [highBits, , grey, halfX, halfY] = [0x40, 0x20, 0x10, 0x08, 0x04].map(
    (bit) => (codec & bit) !== 0,
  ) as [boolean, boolean, boolean, boolean, boolean];
  const { matrix, fullRange } = colourOf(view, main);
  // Grey is grey whatever the matrix says.
  const plain = matrix === IDENTITY && fullRange && !halfX;
  if (!grey && !plain && !YUV_MATRICES.includes(matrix))
    throw new OtherAvif(`AVIF with colour matrix ${matrix}`);
  // libavif has other ways for these, up to 71 levels from the 8-bit ones.
  if (highBits && (grey || alpha))
    throw new OtherAvif(`${alpha ? 'transparent' : 'grey'} AVIF of more than 8 bits`);
  if (grey && !fullRange && alpha) throw new OtherAvif('transparent grey AVIF of limited range');
  return {
    size: [view.getUint32(ispe.start + 4), view.getUint32(ispe.start + 8)],
    orientation: orientationOf(view, find('irot'), find('imir')),
    matrix,
    fullRange,
    grey,
    sx: halfX ? 2 : 1,
    sy: halfY ? 2 : 1,
  };
}

/** What the container says, else what the coded picture does. */
function colourOf(view: DataView, main: AvifItem): { readonly matrix: number; readonly fullRange: boolean } {
  // "nclx" in letters.
  const nclx = main.properties.find(
    ({ kind, start }) => kind === 'colr' && view.getUint32(start) === 0x6e636c78,
  );
  if (nclx) {
    return {
      matrix: view.getUint16(nclx.start + 8),
      fullRange: (view.getUint8(nclx.start + 10) & 0x80) !== 0,
    };
  }
  const colour = sequenceColour(main.data);
  if (!colour) throw new OtherAvif('AVIF that does not say its colour matrix where still pictures do');
  return colour;
}

/** Rotation (quarter turns to the left) and then mirror, as the EXIF orientation that says the same. */
function orientationOf(view: DataView, irot?: Box, imir?: Box): Orientation {
  const angle = irot ? view.getUint8(irot.start) & 3 : 0;
  if (!imir) return ([1, 8, 3, 6] as const)[angle] ?? 1;
  const vertical = (view.getUint8(imir.start) & 1) === 0;
  return ((vertical ? [4, 5, 2, 7] : [2, 7, 4, 5]) as Orientation[])[angle] ?? 1;
}
