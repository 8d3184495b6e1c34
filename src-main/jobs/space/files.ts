/** Files of a folder with what they take. Links are counted as links and never followed: what they lead to is somebody else's. */
import { lstatSync, readdirSync, rmdirSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Every file below a folder, deepest folders last; what cannot be looked at, or goes meanwhile, is left out. */
export function* filesBelow(folder: string): Generator<FoundFile> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else {
      const info = lookAt(path);
      if (info) yield { path, bytes: info.size, mtimeMs: info.mtimeMs };
    }
  }
}

/** Files of a folder itself, by their names. */
export function* filesIn(folder: string, name: RegExp): Generator<FoundFile> {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const one of names) {
    const path = join(folder, one);
    const info = name.test(one) ? lookAt(path) : null;
    if (info?.isFile()) yield { path, bytes: info.size, mtimeMs: info.mtimeMs };
  }
}

/** Bytes and files. */
export function sumOf(files: Iterable<{ readonly bytes: number }>): { bytes: number; files: number } {
  const sum = { bytes: 0, files: 0 };
  for (const { bytes } of files) {
    sum.bytes += bytes;
    sum.files++;
  }
  return sum;
}

/** Deletes files that were found. @returns the bytes of those that are gone */
export function removeFiles(files: Iterable<FoundFile>): number {
  let freed = 0;
  for (const { path, bytes } of files) {
    try {
      rmSync(path);
      freed += bytes;
    } catch {
      // It went meanwhile, or may not be deleted: then it still takes its room, and is counted again.
    }
  }
  return freed;
}

/** Folders that nothing is left in. */
export function removeEmptyFolders(folder: string): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it.
  }
}

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
