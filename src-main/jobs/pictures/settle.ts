/**
 * Whether a picture's file still holds what is registered. Size and time say so for nothing; where they differ the file's
 * fingerprint decides, and what was labelled before is kept apart from what is there now.
 */
import { createHash } from 'node:crypto';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readImageSize } from '../../checkpoint/image/decode.ts';
import { openPictureFile, pictureStat } from '../../checkpoint/image/guarded-file.ts';
import {
  type PictureProblem,
  type RegisteredPicture,
  noteOtherContent,
  notePictureProblem,
  noteSameContent,
  registeredPicture,
} from '../../store/pictures/version.ts';
import type { Project } from '../../store/file/project.ts';
import { pictureFile } from './file.ts';

/** A file as it was found. */
export interface FoundFile {
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Null: not taken. */
  readonly sha256: Uint8Array | null;
}

/**
 * `same` the registered pixels · `other` another picture · `taken_for_same` written to since, with as many bytes, and
 * nobody had taken a fingerprint before.
 */
export type Outcome = 'same' | 'other' | 'taken_for_same';

export type Settled =
  | { readonly outcome: Outcome; readonly path: string; readonly version: number }
  /** It cannot be shown; `error` says why. */
  | { readonly outcome: 'unshown'; readonly error: FoveaError };

/**
 * Looks at a picture's file and notes what is new about it. Throws what the database says; a project that cannot be
 * written to learns nothing, and the outcome says it all the same.
 * @param fingerprint take one where there is none yet @param onSign the disk has answered
 */
export async function settlePicture(
  project: Project,
  imageId: number,
  { fingerprint, onSign }: { readonly fingerprint: boolean; readonly onSign?: (() => void) | undefined },
): Promise<Settled> {
  const registered = registeredPicture(project.db, imageId);
  try {
    const path = await pictureFile(project, imageId);
    const { size, mtimeMs } = await pictureStat(path);
    const untouched = isUntouched(registered, size, mtimeMs);
    const wanted = !untouched || (fingerprint && registered.sha256 === null);
    const sha256 = wanted ? await sha256Of(path, onSign) : null;
    const found = { bytes: size, mtimeMs: Math.trunc(mtimeMs), sha256 };
    return { path, ...(await noteFile(project, registered, path, found)) };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (!ABOUT_THE_FILE.has(error.code)) throw error;
    writing(() => notePictureProblem(project.db, imageId, problemOf(error)));
    return { outcome: 'unshown', error };
  }
}

const ABOUT_THE_FILE: ReadonlySet<string> = new Set([
  'not_found',
  'bad_input',
  'bad_image',
  'image_too_large',
  'io',
  'conflict',
]);

/** How a picture that cannot be shown is noted. */
export function problemOf(error: FoveaError): PictureProblem {
  return { kind: error.code === 'not_found' ? 'missing' : 'unreadable', reason: error.message };
}

export function isUntouched(
  registered: Pick<RegisteredPicture, 'bytes' | 'mtimeMs'>,
  bytes: number,
  mtimeMs: number,
): boolean {
  return registered.bytes === bytes && registered.mtimeMs === Math.trunc(mtimeMs);
}

/** Notes what a file holds beside what is registered. @throws FoveaError `bad_image` and the like where it is no picture */
export async function noteFile(
  project: Project,
  registered: RegisteredPicture,
  path: string,
  found: FoundFile,
): Promise<{ readonly outcome: Outcome; readonly version: number }> {
  const { db } = project;
  const { id } = registered;
  const untouched = isUntouched(registered, found.bytes, found.mtimeMs);
  const [width, height] = untouched ? [registered.width, registered.height] : await readImageSize(path);
  const outcome = untouched ? 'same' : compare(registered, { ...found, width, height });
  let version = registered.version;
  writing(() => {
    if (outcome === 'other') version = noteOtherContent(db, id, { ...found, width, height });
    else if (!untouched || found.sha256 !== null) noteSameContent(db, id, found);
    notePictureProblem(db, id, null);
  });
  return { outcome, version };
}

function compare(
  registered: RegisteredPicture,
  now: FoundFile & { readonly width: number; readonly height: number },
): Outcome {
  if (registered.bytes !== now.bytes) return 'other';
  if (registered.sha256 && now.sha256) {
    return Buffer.compare(registered.sha256, now.sha256) === 0 ? 'same' : 'other';
  }
  return registered.width === now.width && registered.height === now.height ? 'taken_for_same' : 'other';
}

/** A project on a read-only disk is looked at all the same. */
function writing(body: () => void): void {
  try {
    body();
  } catch (thrown) {
    if (FoveaError.from(thrown).code !== 'read_only') throw thrown;
  }
}

/** Of the file's bytes. Throws what is wrong with the file. */
export async function sha256Of(path: string, onSign?: () => void): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of (await openPictureFile(path)).chunks()) {
    hash.update(chunk);
    onSign?.();
  }
  return new Uint8Array(hash.digest());
}
