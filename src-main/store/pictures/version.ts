/**
 * The content of a picture's file over time. `image` has what was last seen there; each earlier content is a row of
 * `picture_version`, so that a label can say which picture it was made on and how large that was.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** A picture's file as it was last seen. */
export interface PictureContent {
  readonly bytes: number;
  /** Whole milliseconds. */
  readonly mtimeMs: number;
  /** Stored pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the file's bytes; null: never taken. */
  readonly sha256: Uint8Array | null;
}

export interface RegisteredPicture extends PictureContent {
  readonly id: number;
  readonly rootId: number;
  /** Relative to the root. */
  readonly path: string;
  readonly version: number;
}

const COLUMNS =
  'id, root_id AS rootId, path, bytes, mtime_ms AS mtimeMs, width, height, sha256, version FROM image';

/** Throws `not_found`. */
export function registeredPicture(db: ReadableDb, imageId: number): RegisteredPicture {
  const row = read<RegisteredPicture>(db, `SELECT ${COLUMNS} WHERE id = ?`).get(imageId);
  if (row) return row;
  throw new FoveaError('not_found', `there is no image ${imageId}`, { next: 'Load the sample again' });
}

/** Up to `limit` pictures after `after`, of one root or of all. */
export function picturesAfter(
  db: ReadableDb,
  after: number,
  limit: number,
  rootId: number | null = null,
): RegisteredPicture[] {
  return read<RegisteredPicture>(
    db,
    `SELECT ${COLUMNS} WHERE id > ? AND (? IS NULL OR root_id = ?) ORDER BY id LIMIT ?`,
  ).all(after, rootId, rootId, limit);
}

/** Notes the fingerprint, size and time of a file whose pixels are those that are registered. */
export function noteSameContent(
  db: WritableDb,
  imageId: number,
  { bytes, mtimeMs, sha256 }: Pick<PictureContent, 'bytes' | 'mtimeMs' | 'sha256'>,
): void {
  write(db, 'UPDATE image SET bytes = ?, mtime_ms = ?, sha256 = COALESCE(?, sha256) WHERE id = ?').run(
    bytes,
    Math.trunc(mtimeMs),
    sha256,
    imageId,
  );
}

/**
 * Notes that the file holds other pixels now. The content it had is kept; one that comes back gets its number again, and
 * labels made on it hold again. @returns the version
 */
export function noteOtherContent(db: WritableDb, imageId: number, now: PictureContent): number {
  return transact(db, () => {
    const known = registeredPicture(db, imageId);
    // Somebody else may have seen it first.
    if (known.sha256 && now.sha256 && Buffer.compare(known.sha256, now.sha256) === 0) {
      noteSameContent(db, imageId, now);
      return known.version;
    }
    write(
      db,
      `INSERT INTO picture_version (image_id, version, bytes, mtime_ms, width, height, sha256, ended_at)
       SELECT id, version, bytes, mtime_ms, width, height, sha256, ? FROM image WHERE id = ?
       ON CONFLICT (image_id, version) DO UPDATE SET ended_at = excluded.ended_at`,
    ).run(new Date().toISOString(), imageId);
    const { version } = read<{ version: number }>(
      db,
      `SELECT COALESCE(
         (SELECT version FROM picture_version WHERE image_id = ? AND sha256 = ? LIMIT 1),
         (SELECT MAX(version) + 1 FROM picture_version WHERE image_id = ?)) AS version`,
    ).get(imageId, now.sha256, imageId)!;
    write(
      db,
      'UPDATE image SET bytes = ?, mtime_ms = ?, width = ?, height = ?, sha256 = ?, version = ? WHERE id = ?',
    ).run(now.bytes, Math.trunc(now.mtimeMs), now.width, now.height, now.sha256, version, imageId);
    return version;
  });
}

/** Width and height of a picture in one of its versions. */
export function sizeOfVersion(db: ReadableDb, imageId: number, version: number): readonly [number, number] {
  const row = read<{ width: number; height: number }>(
    db,
    `SELECT width, height FROM picture_version WHERE image_id = ? AND version = ?
     UNION ALL SELECT width, height FROM image WHERE id = ? LIMIT 1`,
  ).get(imageId, version, imageId)!;
  return [row.width, row.height];
}

export type PictureProblemKind = 'missing' | 'unreadable';

export interface PictureProblem {
  readonly kind: PictureProblemKind;
  /** One line for people. */
  readonly reason: string;
}

/** Why a picture could not be shown when it was last looked at; null: it could. */
export function pictureProblem(db: ReadableDb, imageId: number): PictureProblem | null {
  const row = read<PictureProblem>(db, 'SELECT kind, reason FROM picture_problem WHERE image_id = ?').get(
    imageId,
  );
  return row ?? null;
}

/** Null takes it back. @returns whether that is news */
export function notePictureProblem(db: WritableDb, imageId: number, problem: PictureProblem | null): boolean {
  const before = pictureProblem(db, imageId);
  if (before?.kind === problem?.kind && before?.reason === problem?.reason) return false;
  if (problem === null) write(db, 'DELETE FROM picture_problem WHERE image_id = ?').run(imageId);
  else {
    write(
      db,
      `INSERT INTO picture_problem (image_id, kind, reason, found_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (image_id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,
         found_at = excluded.found_at`,
    ).run(imageId, problem.kind, problem.reason, new Date().toISOString());
  }
  return true;
}

/** Pictures that could not be shown when they were last looked at. */
export function picturesWithProblems(db: ReadableDb): Set<number> {
  return new Set(
    read<{ id: number }>(db, 'SELECT image_id AS id FROM picture_problem')
      .all()
      .map(({ id }) => id),
  );
}

/** Notes that every picture of a root is missing. */
export function noteRootMissing(db: WritableDb, rootId: number, reason: string): void {
  write(
    db,
    `INSERT INTO picture_problem (image_id, kind, reason, found_at)
     SELECT id, 'missing', ?, ? FROM image WHERE root_id = ?
     ON CONFLICT (image_id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason
     WHERE kind <> excluded.kind OR reason <> excluded.reason`,
  ).run(reason, new Date().toISOString(), rootId);
}

/** How many pictures of each root were missing when they were last looked at. */
export function missingByRoot(db: ReadableDb): Map<number, number> {
  return new Map(
    read<{ id: number; n: number }>(
      db,
      `SELECT i.root_id AS id, COUNT(*) AS n FROM picture_problem q JOIN image i ON i.id = q.image_id
       WHERE q.kind = 'missing' GROUP BY i.root_id`,
    )
      .all()
      .map(({ id, n }) => [id, n]),
  );
}
