/** The file of a picture, as it is, for exports that take it along. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readPlain } from '../../files/plain-file.ts';
import type { ExportSample } from '../types.ts';

/** Larger ones would not fit beside the rest of a shard that is being made. */
const MOST_BYTES = 256 << 20;

/** @returns the bytes, or why the sample cannot go out with its picture */
export async function pictureBytes(
  image: ExportSample['image'],
): Promise<Buffer | { readonly skip: 'picture_unreadable' }> {
  try {
    return await readPlain(image.path, {
      code: 'bad_image',
      next: 'Look at the picture, or export without pictures',
      maxBytes: MOST_BYTES,
    });
  } catch (thrown) {
    if (thrown instanceof FoveaError && thrown.code === 'cancelled') throw thrown;
    return { skip: 'picture_unreadable' };
  }
}
