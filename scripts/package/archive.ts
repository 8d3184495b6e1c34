/**
 * Writes the app's archive (asar), and beside it what native code opens. The same files give the same bytes: they are laid
 * down in order of their paths, and the format has no stamps.
 */
import { finished, Readable } from 'node:stream';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { createPackageFromStreams, type AsarStreamType } from '@electron/asar';
import { bytesOf, type AppFile } from './app-files.ts';

/** @param path of the archive to write; what is unpacked lies in `${path}.unpacked` */
export async function writeArchive(files: readonly AppFile[], path: string): Promise<void> {
  const streams: AsarStreamType[] = [];
  const folders = new Set<string>();
  for (const file of files) {
    for (const folder of foldersAbove(file.path)) {
      if (folders.has(folder)) continue;
      folders.add(folder);
      streams.push({ type: 'directory', path: folder, unpacked: false });
    }
    const body = bytesOf(file);
    streams.push({
      type: 'file',
      path: file.path,
      unpacked: file.unpacked,
      streamGenerator: () => Readable.from([body]),
      // Whether it runs as a program: none does.
      stat: { size: body.length, mode: 0o644 } as AsarStat,
    });
  }
  await promisify(finished)(await createPackageFromStreams(path, streams));
}

type AsarStat = Extract<AsarStreamType, { type: 'file' }>['stat'];

/** From the outermost. */
function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === '.' ? [] : [...foldersAbove(above), above];
}
