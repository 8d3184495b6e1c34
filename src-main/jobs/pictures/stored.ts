/**
 * Pictures that came inside a data set's file: stored in the project's folder under what they hold (`stored-pictures/ab/
 * SHA256.png`), so that the same picture is there once, however often it is imported. Each is written beside its place,
 * looked at as any picture, synced and renamed: a half-written one is never seen. A file without a row of the project is
 * left over and goes; that is decided under the project's write lock, in which imports look again whether it is there.
 */
import { existsSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openPicture, type PictureFile } from '../../checkpoint/image/picture-file.ts';
import { temporaryBeside } from '../../files/temporary.ts';
import { type ReadableDb, type WritableDb, read, transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { ensureRoot, recordPlace } from '../../store/pictures/root.ts';

export const STORED_PICTURES = 'stored-pictures';

const ENDINGS: Readonly<Record<PictureFile['kind'], string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tif',
  avif: 'avif',
};
const NAME = /^[0-9a-f]{64}\.(jpg|png|webp|gif|tif|avif)$/;

/** A picture that is stored; its row may not be there yet. */
export interface StoredPicture {
  readonly in: 'project';
  /** Relative to the folder of stored pictures, `/` separated. */
  readonly path: string;
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Stored pixels, EXIF orientation not applied. */
  readonly width: number;
  readonly height: number;
}

/** The folder of a project's stored pictures; it may not be there. */
export function storedFolder(projectPath: string): string {
  return join(projectPath, STORED_PICTURES);
}

/**
 * The picture of a fingerprint that is stored in `folder` with so many bytes; null: none.
 * @param bytes null: not known
 */
export async function findStored(
  folder: string,
  sha256: string,
  bytes: number | null,
): Promise<StoredPicture | null> {
  for (const ending of Object.values(ENDINGS)) {
    const path = pathOf(sha256, ending);
    const info = await stat(join(folder, path)).catch(() => null);
    // Of another size: a machine that lost its power wrote half of it.
    if (!info?.isFile() || (bytes !== null && info.size !== bytes)) continue;
    const { width, height } = await openPicture(join(folder, path));
    return { in: 'project', path, sha256, bytes: info.size, mtimeMs: info.mtimeMs, width, height };
  }
  return null;
}

/**
 * Stores bytes under their fingerprint, or finds them stored.
 * @throws FoveaError as `openPicture` for bytes that are no picture which is read; what the system says of the disk
 */
export async function storePicture(
  folder: string,
  sha256: string,
  bytes: Uint8Array,
): Promise<StoredPicture> {
  const found = await findStored(folder, sha256, bytes.length);
  if (found) return found;
  const inFolder = join(folder, sha256.slice(0, 2));
  await mkdir(inFolder, { recursive: true });
  const temporary = temporaryBeside(join(inFolder, sha256));
  try {
    await writeSynced(temporary, bytes);
    const { kind, width, height } = await openPicture(temporary);
    const path = pathOf(sha256, ENDINGS[kind]);
    await rename(temporary, join(folder, path));
    const { mtimeMs } = await stat(join(folder, path));
    return { in: 'project', path, sha256, bytes: bytes.length, mtimeMs, width, height };
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** The root of stored pictures, registered when new. In the caller's transaction. */
export function ensureStoredRoot(db: WritableDb, projectPath: string, realProject: string): number {
  const id = ensureRoot(db, projectPath, storedFolder(projectPath));
  recordPlace(db, id, realProject, { resolved: storedFolder(realProject), links: [] });
  return id;
}

/** Whether a stored picture's file is there; asked under the write lock before its row is written. */
export function isStored(folder: string, path: string): boolean {
  return existsSync(join(folder, path));
}

/** Stored pictures that these samples show, by their paths. */
export function storedPicturesOf(db: ReadableDb, sampleIds: readonly number[]): string[] {
  const rootId = storedRoot(db);
  if (rootId === null) return [];
  return read<{ path: string }>(
    db,
    `SELECT DISTINCT i.path FROM sample s JOIN image i ON i.id = s.image_id
     WHERE s.id IN (SELECT value FROM json_each(?)) AND i.root_id = ?`,
  )
    .all(JSON.stringify(sampleIds), rootId)
    .map(({ path }) => path);
}

/** Deletes the files among these that no row of the project stands for. */
export function dropUnused(project: Project, paths: readonly string[]): void {
  if (paths.length === 0) return;
  transact(project.db, () => {
    const rootId = storedRoot(project.db);
    for (const path of paths) {
      if (!NAME.test(basename(path)) || isUsed(project.db, rootId, path)) continue;
      rmSync(join(storedFolder(project.path), path), { force: true });
    }
  });
}

/** Deletes files that were stored since a time (of `Date.now()`) and that no row stands for: what a stopped import leaves. */
export function sweepStored(project: Project, since: number): void {
  const folder = storedFolder(project.path);
  if (!existsSync(folder)) return;
  for (const inner of readdirSync(folder)) {
    if (!/^[0-9a-f]{2}$/.test(inner)) continue;
    const fresh = readdirSync(join(folder, inner)).filter(
      (name) =>
        NAME.test(name) &&
        (statSync(join(folder, inner, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since,
    );
    dropUnused(
      project,
      fresh.map((name) => `${inner}/${name}`),
    );
    removeIfEmpty(join(folder, inner));
  }
  removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

function storedRoot(db: ReadableDb): number | null {
  return read<{ id: number }>(db, 'SELECT id FROM root WHERE path = ?').get(STORED_PICTURES)?.id ?? null;
}

function isUsed(db: ReadableDb, rootId: number | null, path: string): boolean {
  if (rootId === null) return false;
  return read(db, 'SELECT 1 FROM image WHERE root_id = ? AND path = ?').get(rootId, path) !== undefined;
}

function pathOf(sha256: string, ending: string): string {
  return `${sha256.slice(0, 2)}/${sha256}.${ending}`;
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
