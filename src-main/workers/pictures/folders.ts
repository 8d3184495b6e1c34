/**
 * Pictures from folders that the worker shares with the host. Only folders that were named on the worker's own command line are
 * read, and nothing that a link or a name leads out of them: what the queue says is others' word.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { lookingAt, openPictureFile, pictureStat } from '../../checkpoint/image/guarded-file.ts';
import { isInside } from '../../files/inside.ts';
import type { ChunkSample } from '../protocol/chunk.ts';
import type { RunSpec } from '../protocol/spec.ts';
import type { HeldPicture, PictureSource } from './source.ts';

/** Where the host's image folders are here. */
export interface FolderMap {
  /** As the host names it; null: the one folder of a project that has one. */
  readonly host: string | null;
  readonly here: string;
}

/** `HERE`, or `HOST=HERE` where a project has several. @throws FoveaError `usage` */
export function parseFolder(text: string): FolderMap {
  const at = text.indexOf('=');
  const [host, here] = at < 0 ? [null, text] : [text.slice(0, at), text.slice(at + 1)];
  if (here !== '' && host !== '') return { host, here: resolve(here) };
  throw new FoveaError('usage', `--pictures ${JSON.stringify(text)} names no folder`, {
    next: 'Give FOLDER, HOST-FOLDER=FOLDER, or an address',
  });
}

/** @throws FoveaError `bad_input` where a folder of the run has no place here */
export function folderPictures(
  roots: RunSpec['pictures']['roots'],
  folders: readonly FolderMap[],
): PictureSource {
  const places = new Map<number, string>();
  for (const { id, dir } of roots) {
    const named = folders.find(({ host }) => host !== null && resolve(host) === resolve(dir));
    const only = roots.length === 1 ? folders.find(({ host }) => host === null) : undefined;
    const place = named ?? only;
    if (!place) {
      throw new FoveaError('bad_input', 'no --pictures says where a folder of the run is on this machine', {
        where: dir,
        next: `Give --pictures ${JSON.stringify(`${dir}=FOLDER`)}`,
      });
    }
    places.set(id, place.here);
  }
  return { get: (sample, signal) => hold(places, sample, signal) };
}

async function hold(
  places: ReadonlyMap<number, string>,
  { picture }: ChunkSample,
  signal: AbortSignal,
): Promise<HeldPicture> {
  const root = places.get(picture.root);
  const { path } = picture;
  const leaves = isAbsolute(path) || /^[a-zA-Z]:|\\|\0/.test(path) || path.split('/').includes('..');
  if (root === undefined || leaves) {
    throw new FoveaError('bad_input', 'the picture lies outside of the folders given here', { where: path });
  }
  const named = join(root, path);
  const file = await real(named);
  if (!isInside(await real(root), file)) {
    throw new FoveaError('bad_input', 'a link leads the picture out of the folder given here', {
      where: named,
    });
  }
  const before = await pictureStat(file);
  const hash = createHash('sha256');
  for await (const part of (await openPictureFile(file)).chunks()) {
    if (signal.aborted) throw new FoveaError('cancelled', 'stopped');
    hash.update(part);
  }
  return {
    path: file,
    sha256: new Uint8Array(hash.digest()),
    release: async () => {
      const { size, mtimeMs, ino } = await pictureStat(file);
      if (size === before.size && mtimeMs === before.mtimeMs && ino === before.ino) return;
      throw new FoveaError('conflict', 'the picture was replaced while the model looked at it', {
        where: named,
      });
    },
  };
}

async function real(path: string): Promise<string> {
  return lookingAt(path, () => realpath(path)).catch((thrown: unknown) => {
    if (thrown instanceof FoveaError) throw thrown;
    throw new FoveaError('not_found', 'the picture is not in the folder given here', {
      where: path,
      next: 'See whether the folder is mounted and as the host has it',
      cause: thrown,
    });
  });
}
