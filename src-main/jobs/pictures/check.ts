/**
 * Looks at every picture's file: a name and a size each, and the bytes of those that were written to since, or that nobody
 * has taken a fingerprint of. Runs in a thread of its own (`check-thread.ts`) and waits for the disk as it comes: a share
 * that hangs holds up nothing else.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PictureCheck } from '../../../src-shared/contract/procedures.ts';
import { isInside } from '../../files/inside.ts';
import { transact } from '../../store/db.ts';
import {
  noteRootMissing,
  notePictureProblem,
  noteSameContent,
  picturesAfter,
  picturesWithProblems,
  type RegisteredPicture,
} from '../../store/pictures/version.ts';
import type { Project } from '../../store/file/project.ts';
import { type RootPlace, rootsInUse } from '../../store/pictures/root.ts';
import { placeOf } from './file.ts';
import { isUntouched, settlePicture } from './settle.ts';

const PAGE = 200;
const CHUNK_BYTES = 1 << 20;
const NEVER_WAIT = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface CheckOptions {
  /** Take a fingerprint of every picture that has none; else only of those that were written to. */
  readonly fingerprint: boolean;
  /** Asked between pictures. */
  readonly stopped: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
  /** Called between the pieces of a large file, too: it is still going on. */
  readonly onSign?: () => void;
}

/** Notes what is new and counts. Throws what the database says; stopped it gives what it has come to. */
export async function checkPictures(project: Project, options: CheckOptions): Promise<PictureCheck> {
  const report = { looked: 0, changed: 0, missing: 0, unreadable: 0, takenForSame: 0, fingerprints: 0 };
  const roots = rootsInUse(project.db, project.path);
  const total = roots.reduce((sum, { pictures }) => sum + pictures, 0);
  const problems = picturesWithProblems(project.db);
  for (const { id: rootId, pictures } of roots) {
    const place = await placeOf(project, rootId);
    const real = realOf(place);
    if (real === null) {
      noteRootMissing(project.db, rootId, 'the image folder is missing');
      report.missing += pictures;
      report.looked += pictures;
      options.onProgress(report.looked, total);
      continue;
    }
    for (let last = 0; ;) {
      if (options.stopped()) return report;
      const page = picturesAfter(project.db, last, PAGE, rootId);
      if (page.length === 0) break;
      last = page[page.length - 1].id;
      const quick = quickly(page, place, real, problems, options);
      transact(project.db, () => {
        for (const { id, found } of quick.sound) {
          if (found) noteSameContent(project.db, id, found);
          if (problems.has(id)) notePictureProblem(project.db, id, null);
        }
      });
      report.fingerprints += quick.sound.filter(({ found }) => found !== null).length;
      report.looked += quick.sound.length;
      for (const id of quick.others) {
        if (options.stopped()) return report;
        options.onSign?.();
        const settled = await settlePicture(project, id, { fingerprint: true });
        report.looked++;
        if (settled.outcome === 'other') report.changed++;
        else if (settled.outcome === 'taken_for_same') report.takenForSame++;
        else if (settled.outcome === 'unshown') {
          report[settled.error.code === 'not_found' ? 'missing' : 'unreadable']++;
        }
      }
      options.onProgress(report.looked, total);
    }
  }
  return report;
}

interface Sound {
  readonly id: number;
  /** With a fingerprint that was taken just now; null: there was nothing to do. */
  readonly found: Parameters<typeof noteSameContent>[2] | null;
}

/** Pictures that are as they are registered, and those that somebody has to look at more closely. */
function quickly(
  page: readonly RegisteredPicture[],
  place: RootPlace,
  real: string,
  problems: ReadonlySet<number>,
  options: CheckOptions,
): { readonly sound: Sound[]; readonly others: number[] } {
  const sound: Sound[] = [];
  const others: number[] = [];
  for (const picture of page) {
    if (options.stopped()) break;
    options.onSign?.();
    const file = untouchedFile(picture, place, real);
    const wanted = options.fingerprint && picture.sha256 === null;
    if (file === null || (wanted && problems.has(picture.id))) {
      others.push(picture.id);
      continue;
    }
    const sha256 = wanted ? sha256Of(file, picture, options) : null;
    if (wanted && sha256 === null) others.push(picture.id);
    else {
      const { bytes, mtimeMs } = picture;
      sound.push({ id: picture.id, found: sha256 && { bytes, mtimeMs, sha256 } });
    }
  }
  return { sound, others };
}

/** The real path of a file with the size and time that are registered; null: there is none, or something about it is new. */
function untouchedFile(picture: RegisteredPicture, place: RootPlace, real: string): string | null {
  try {
    const file = realpathSync.native(resolve(real, picture.path));
    const info = statSync(file);
    const allowed = isInside(real, file) || place.links.some((folder) => isInside(folder, file));
    return allowed && info.isFile() && isUntouched(picture, info.size, info.mtimeMs) ? file : null;
  } catch {
    return null;
  }
}

/** Of a file that is as registered before and after it is read; else null. */
function sha256Of(file: string, picture: RegisteredPicture, { onSign }: CheckOptions): Uint8Array | null {
  let handle: number | null = null;
  try {
    handle = openSync(file, NEVER_WAIT);
    if (!fstatSync(handle).isFile()) return null;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let read = 1; read > 0;) {
      read = readSync(handle, chunk);
      hash.update(chunk.subarray(0, read));
      onSign?.();
    }
    const { size, mtimeMs } = fstatSync(handle);
    return isUntouched(picture, size, mtimeMs) ? new Uint8Array(hash.digest()) : null;
  } catch {
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

/** The root's real folder where it is the one that is recorded. */
function realOf(place: RootPlace): string | null {
  try {
    const real = realpathSync.native(place.dir);
    return place.resolved === null || place.resolved === real ? real : null;
  } catch {
    return null;
  }
}
