/**
 * Which TIFFs libvips reads as Pillow does; all others are refused by name. Found by comparing both on files of every
 * kind (test/golden/image/make.py makes those that are kept).
 */
import { orientationFrom, swapsSides } from '../../../src-shared/kernels/labels/orientation.ts';
import type { TiffTags } from './tiff-tags.ts';

const [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR] = [0, 1, 2, 3, 5, 6];
const PHOTOMETRIC: Record<number, string> = {
  4: 'mask',
  8: 'CIELAB',
  9: 'ICCLAB',
  10: 'ITULAB',
  32803: 'CFA',
};
const COMPRESSION: Record<number, string> = {
  1: 'none',
  2: 'CCITT',
  3: 'CCITT group 3',
  4: 'CCITT group 4',
  5: 'LZW',
  7: 'JPEG',
  8: 'deflate',
  32773: 'PackBits',
  32946: 'deflate',
};
const NAMES: Record<number, string> = {
  0: 'white-is-zero grey',
  1: 'grey',
  2: 'RGB',
  3: 'palette',
  5: 'CMYK',
};
const JPEG = 7;
const UNSIGNED = 1;
const SIGNED = 2;
const FLOAT = 3;
const UNASSOCIATED = 2;
const ASSOCIATED = 1;

/** Why a TIFF is not read, or null where it is read as Pillow does. */
export function refusedTiff(tags: TiffTags): string | null {
  const { photometric, compression, bits, sampleFormat, extraSamples, fillOrder, colours, planar } = tags;
  const orientation = orientationFrom(tags.orientation);
  const depth = bits[0] ?? 1;
  const samples = bits.length;
  if (!(compression in COMPRESSION)) return `TIFF compressed by scheme ${compression}`;
  if (bits.some((one) => one !== depth)) return `TIFF with samples of ${bits.join(', ')} bits`;
  if (fillOrder !== 1 && depth !== 1) return 'TIFF with its bits in reverse order';
  // Pillow maps these into memory with the sides already exchanged, and mixes up the rows.
  if (
    compression === 1 &&
    swapsSides(orientation) &&
    depth !== 1 &&
    !(photometric === RGB && samples === 3)
  ) {
    return 'uncompressed TIFF turned by a quarter';
  }
  if (planar && !(photometric === RGB && depth === 8)) return 'TIFF of planes';
  if (extraSamples.includes(ASSOCIATED)) return 'TIFF with colours multiplied by alpha';
  const whole = sampleFormat === UNSIGNED;
  const extra = samples - (photometric === RGB ? 3 : photometric === CMYK ? 4 : 1);
  const kind = `${samples} × ${depth}-bit ${sampleFormat === FLOAT ? 'floating-point ' : sampleFormat === SIGNED ? 'signed ' : ''}`;
  const other = `TIFF of ${kind}${NAMES[photometric] ?? 'samples'}`;
  const alpha = extra === 1 && extraSamples[0] === UNASSOCIATED;
  switch (photometric) {
    case WHITE_IS_ZERO:
      return whole && samples === 1 && [1, 2, 4, 8].includes(depth) ? null : other;
    case BLACK_IS_ZERO:
      if (samples === 1 && whole && [1, 2, 4, 8, 16].includes(depth)) return null;
      // Pillow takes 32 bits without a sign for signed ones; libvips does not.
      if (samples === 1 && depth === 32 && (sampleFormat === SIGNED || sampleFormat === FLOAT)) {
        // Compressed, the other order of bytes is not heeded by Pillow.
        return compression === 1 || tags.littleEndian ? null : `big-endian ${other}`;
      }
      return whole && alpha && depth === 8 ? null : other;
    case RGB:
      if (!whole || extra < 0 || extra > 2) return other;
      return depth === 8 || (depth === 16 && (extra === 0 || alpha)) ? null : other;
    case PALETTE:
      // An old slip of writers: Pillow takes the high byte of each value all the same, and shows black.
      if (colours.length > 0 && colours.every((value) => value < 256) && colours.some((value) => value > 0)) {
        return 'TIFF with a colour map of 8-bit values';
      }
      if (!whole || ![1, 2, 4, 8].includes(depth)) return other;
      return samples === 1 || (alpha && depth === 8) ? null : other;
    case CMYK:
      return whole && extra === 0 && depth === 8 ? null : other;
    case YCBCR:
      return compression === JPEG && depth === 8 && samples === 3 ? null : 'TIFF of YCbCr without JPEG';
    default:
      return `TIFF of ${PHOTOMETRIC[photometric] ?? `photometric kind ${photometric}`} pixels`;
  }
}
