/**
 * Which picture a row is about: `image` or `images`, a path or a list, or the content parts of a message. Rows about
 * several pictures, videos and pictures on the net are refused by name.
 */
import { pictureOfBytes, pictureOfDataAddress } from './embedded.ts';
import { MOST, tooLong } from './limits.ts';
import { shown, type RowReason } from './reasons.ts';
import type { RowPicture } from './types.ts';
import { RowError } from './row-error.ts';

const RELATIVE = 'Name pictures relative to the images folder and keep them in it';
const ONE = 'Fovea asks about one picture at a time: leave the row out, or make one of each picture';

const BACKSLASHES: Omit<RowReason, 'value'> = {
  message: 'its picture is written with backslashes, as on Windows, and was looked for with "/"',
  next: null,
};

export interface FoundPicture {
  readonly picture: RowPicture;
  readonly notes: readonly RowReason[];
}

/**
 * @param inParts pictures that the content of messages names
 * @throws RowError
 */
export function pictureOf(
  row: Readonly<Record<string, unknown>>,
  inParts: readonly unknown[] = [],
): FoundPicture {
  const video = row['video'] ?? row['videos'];
  if (video !== undefined && video !== null && !(Array.isArray(video) && video.length === 0)) {
    throw new RowError(
      'the row is about a video',
      shown(video),
      'Leave the row out: videos are not supported',
    );
  }
  const found = new Map<string, FoundPicture>();
  for (const one of [...listed(row['image']), ...listed(row['images']), ...inParts]) {
    const picture = onePicture(one);
    found.set(nameOf(picture), picture);
  }
  const [only] = found.values();
  if (only === undefined) throw new RowError('the row names no picture');
  if (found.size > 1) throw new RowError('the row has several pictures', shown([...found.keys()]), ONE);
  return only;
}

function nameOf({ picture }: FoundPicture): string {
  return picture.in === 'folder' ? picture.path : `sha256 ${picture.sha256.slice(0, 12)}…`;
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** A path, bytes, or an object with either as the packages of Hugging Face write them: bytes come before the path. */
function onePicture(value: unknown): FoundPicture {
  if (typeof value === 'string') return namedPicture(value);
  if (value instanceof Uint8Array) return { picture: pictureOfBytes(value), notes: [] };
  if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>;
    if (fields['bytes'] instanceof Uint8Array) return { picture: pictureOfBytes(fields['bytes']), notes: [] };
    const path = fields['path'] ?? fields['image'] ?? fields['url'];
    if (typeof path === 'string' && path !== '') return namedPicture(path);
    if ('bytes' in fields) {
      const next = 'Save the pictures as files, and name them relative to the images folder';
      throw new RowError('image: bytes that are neither binary nor named by a path', shown(value), next);
    }
  }
  throw new RowError('image: expected a path', shown(value), RELATIVE);
}

/** A picture by its path in the images folder, or by a `data:` address. Throws RowError. */
export function namedPicture(raw: string): FoundPicture {
  return /^data:/i.test(raw) ? { picture: pictureOfDataAddress(raw), notes: [] } : relativePath(raw);
}

function relativePath(raw: string): FoundPicture {
  const refuse = (message: string, next = RELATIVE): RowError =>
    new RowError(`image: ${message}`, shown(raw), next);
  if (/^(?!file:)[a-z][a-z0-9+.-]+:\/\//i.test(raw)) {
    throw refuse('a web address, not a file', 'Download the pictures first, and name the files');
  }
  if (raw === '') throw refuse('expected a path');
  if (raw.length > MOST.path) throw refuse(tooLong(MOST.path));
  if (raw.includes('\0')) throw refuse('a path cannot hold a NUL character');
  if (/^([/\\]|[A-Za-z]:|file:)/.test(raw)) throw refuse('expected a path relative to the images folder');
  const parts = raw.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refuse('a path cannot leave the images folder with ..');
  if (parts.length === 0) throw refuse('expected the path of a file');
  const notes = raw.includes('\\') ? [{ ...BACKSLASHES, value: shown(raw) }] : [];
  return { picture: { in: 'folder', path: parts.join('/') }, notes };
}
