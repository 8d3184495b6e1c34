import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is the folder or lies below it, by their names alone; links are for the caller to follow. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
