/** The files below a folder, in a fixed order, without ever holding more than one folder's names. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { guarded } from '../../files/plain-file.ts';
import { fileFailure } from './bytes.ts';

/** Deeper is a loop, or no data set. */
const MOST_DEPTH = 32;

/**
 * Paths relative to `folder`, `/` separated, sorted by name folder by folder. Hidden ones are left out, links to folders are
 * not followed, and links to files are given as files. Throws FoveaError `not_found`, `io`.
 */
export async function* walkFiles(folder: string, inner = '', depth = 0): AsyncGenerator<string> {
  const at = join(folder, inner);
  const entries = await guarded(at, () => readdir(at, { withFileTypes: true })).catch((error: unknown) => {
    throw fileFailure(at, error);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < MOST_DEPTH) yield* walkFiles(folder, path, depth + 1);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      yield path;
    }
  }
}
