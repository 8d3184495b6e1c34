/** Pictures that stand in the file itself: bytes of a Parquet column, or base64 in a table or a `data:` address. */
import { createHash } from 'node:crypto';
import type { RowPicture } from './types.ts';
import { shown } from './reasons.ts';
import { RowError } from './row-error.ts';

/** The largest files of cameras are some 100 MB; beyond is damage. */
const MOST_BYTES = 256 * 1024 * 1024;
/** White space is allowed, as MIME breaks its lines. */
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const DATA_ADDRESS = /^data:image\/[a-z0-9.+-]{1,40};base64,/i;

/** A picture of these bytes. Throws RowError for none and for too many. */
export function pictureOfBytes(bytes: Uint8Array): RowPicture {
  if (bytes.length === 0) throw new RowError('image: the picture in the file has no bytes');
  if (bytes.length > MOST_BYTES) {
    throw new RowError(
      `image: the picture in the file is larger than ${MOST_BYTES / 2 ** 20} MiB`,
      `${bytes.length} bytes`,
    );
  }
  return { in: 'file', sha256: createHash('sha256').update(bytes).digest('hex'), bytes };
}

/** A picture of base64 text. Throws RowError for what is none. */
export function pictureOfBase64(text: string): RowPicture {
  if (!BASE64.test(text)) throw new RowError('image: expected base64', shown(text));
  return pictureOfBytes(Buffer.from(text, 'base64'));
}

/** A picture of a `data:` address. Throws RowError where it is not base64 of a picture. */
export function pictureOfDataAddress(text: string): RowPicture {
  const [head] = DATA_ADDRESS.exec(text) ?? [];
  if (head === undefined) {
    throw new RowError(
      'image: a data: address that is no picture in base64',
      shown(text),
      'Save the pictures as files',
    );
  }
  return pictureOfBase64(text.slice(head.length));
}
