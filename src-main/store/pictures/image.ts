/** Pictures, referenced in place: root + relative path + size and time on disk, and the header's width and height. */
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';
import { rootDir } from './root.ts';

export interface NewImage {
  readonly rootId: number;
  /** Relative to the root, `/` separated. */
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Stored pixels, EXIF orientation not applied. */
  readonly width: number;
  readonly height: number;
}

/**
 * Id of the image, registered when new. One that is registered stays as it is: whether its file holds other pixels now is
 * for `jobs/pictures` to find out, which keeps apart what was labelled before.
 */
export function ensureImage(db: WritableDb, image: NewImage): number {
  const { changes, lastId } = write(
    db,
    `INSERT INTO image (root_id, path, bytes, mtime_ms, width, height) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (root_id, path) DO NOTHING`,
  ).run(image.rootId, image.path, image.bytes, Math.trunc(image.mtimeMs), image.width, image.height);
  if (changes > 0) return lastId;
  const found = read<{ id: number }>(db, 'SELECT id FROM image WHERE root_id = ? AND path = ?');
  return found.get(image.rootId, image.path)!.id;
}

/** Absolute path of an image, or null when there is none with this id. */
export function imagePath(db: ReadableDb, projectPath: string, imageId: number): string | null {
  const row = read<{ root_id: number; path: string }>(db, 'SELECT root_id, path FROM image WHERE id = ?').get(
    imageId,
  );
  return row ? resolve(rootDir(db, projectPath, row.root_id), row.path) : null;
}

/** What is known of an image without opening it. */
export interface ImageFacts {
  readonly rootId: number;
  /** Relative to its root, `/` separated. */
  readonly path: string;
  /** Stored pixels, EXIF orientation not applied. */
  readonly width: number;
  readonly height: number;
  /** Of its content: grows when the file is replaced by other pixels. */
  readonly version: number;
}

/** Throws `not_found`. */
export function imageFacts(db: ReadableDb, imageId: number): ImageFacts {
  const row = read<ImageFacts>(
    db,
    'SELECT root_id AS rootId, path, width, height, version FROM image WHERE id = ?',
  ).get(imageId);
  if (row) return row;
  throw new FoveaError('not_found', `there is no image ${imageId}`, { next: 'Load the sample again' });
}

/** Where a sample's picture lies, and SHA-256 of its bytes in hexadecimal (null where nobody looked); null: no such sample. */
export function pictureOfSample(
  db: ReadableDb,
  projectPath: string,
  sampleId: number,
): { readonly path: string; readonly sha256: string | null } | null {
  const row = read<{ root_id: number; path: string; sha256: Uint8Array | null }>(
    db,
    'SELECT i.root_id, i.path, i.sha256 FROM sample s JOIN image i ON i.id = s.image_id WHERE s.id = ?',
  ).get(sampleId);
  if (!row) return null;
  return {
    path: resolve(rootDir(db, projectPath, row.root_id), row.path),
    sha256: row.sha256 && Buffer.from(row.sha256).toString('hex'),
  };
}
