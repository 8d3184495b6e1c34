/**
 * Which picture a row is about: `image` or `images`, a path or a list, or the content parts of a message. Rows about
 * several pictures, videos, pictures inside the file or on the net are refused by name.
 */
import { MOST, tooLong } from './limits.ts';
import { shown, type RowReason } from './reasons.ts';
import type { RowPicture } from '../types.ts';
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
  const named = [...listed(row['image']), ...listed(row['images']), ...inParts];
  const paths = new Set(named.map(written));
  const [path] = paths;
  if (path === undefined) throw new RowError('the row names no picture');
  if (paths.size > 1) throw new RowError('the row has several pictures', shown([...paths]), ONE);
  return relativePath(path);
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The text that names a picture: it is one, or stands in an object as the packages of Hugging Face write them. */
function written(picture: unknown): string {
  if (typeof picture === 'string') return picture;
  if (typeof picture === 'object' && picture !== null) {
    const fields = picture as Record<string, unknown>;
    const path = fields['path'] ?? fields['image'] ?? fields['url'];
    if (typeof path === 'string' && path !== '') return path;
    if ('bytes' in fields) {
      const next = 'Save the pictures as files, and name them relative to the images folder';
      throw new RowError('image: the picture is inside the file', null, next);
    }
  }
  throw new RowError('image: expected a path', shown(picture), RELATIVE);
}

function relativePath(raw: string): FoundPicture {
  const refuse = (message: string, next = RELATIVE): RowError =>
    new RowError(`image: ${message}`, shown(raw), next);
  if (/^data:/i.test(raw)) throw refuse('the picture is inside the file', 'Save the pictures as files');
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
