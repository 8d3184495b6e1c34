/** Nothing of a project is deleted that somebody may miss: it is moved into a folder of its own beside the rest. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyName } from '../backup/copies.ts';

/** Moves files of a folder into a new one in it. @returns that folder; null when there was nothing to move */
export function moveAside(folder: string, files: readonly string[], why: string): string | null {
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0) return null;
  const stem = `${why}-${copyName(new Date(), 'daily').replace(/^project-|\.db$/g, '')}`;
  let aside = join(folder, stem);
  for (let n = 2; existsSync(aside); n++) aside = join(folder, `${stem}-${n}`);
  mkdirSync(aside, { recursive: true });
  for (const file of there) renameSync(file, join(aside, basename(file)));
  return aside;
}
