/**
 * The copies of `project.db` that a project keeps: their names, which of them stay, and whether there is room for another.
 * A copy is one whole file that SQLite opens by itself.
 */
import { readdirSync, rmSync, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const BACKUPS = 'backups';

/** Automatic copies that stay: of the last days one each, of the weeks before one each. */
export const DAYS_KEPT = 7;
export const WEEKS_KEPT = 4;

/** Room that must be left beside a copy. */
const SPARE_BYTES = 64 << 20;

export interface Copy {
  readonly path: string;
  readonly name: string;
  /** `daily`, before a `migration`, or by a person (`manual`). */
  readonly kind: 'daily' | 'migration' | 'manual';
  /** `YYYY-MM-DD`, local. */
  readonly day: string;
  readonly bytes: number;
}

const NAME = /^project-(\d{4}-\d{2}-\d{2})T\d{6}(?:-(before-schema-\d+|by-hand))?\.db$/;

/** File name of a copy made now. */
export function copyName(now: Date, kind: 'daily' | 'manual' | { readonly beforeSchema: number }): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = two(now.getHours()) + two(now.getMinutes()) + two(now.getSeconds());
  const why =
    kind === 'daily' ? '' : kind === 'manual' ? '-by-hand' : `-before-schema-${String(kind.beforeSchema)}`;
  return `project-${day}T${time}${why}.db`;
}

/** The copies in a project's folder, newest first. */
export function listCopies(folder: string): Copy[] {
  const dir = join(folder, BACKUPS);
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names
    .sort()
    .reverse()
    .flatMap((name): Copy[] => {
      const match = NAME.exec(name);
      const file = match && statOf(join(dir, name));
      if (!match || !file?.isFile()) return [];
      const kind = match[2] === undefined ? 'daily' : match[2] === 'by-hand' ? 'manual' : 'migration';
      return [{ path: join(dir, name), name, kind, day: match[1]!, bytes: file.size }];
    });
}

/** One that cannot be looked at takes none of the others. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Takes away automatic copies that are neither of the last days nor the newest of one of the weeks before. */
export function pruneCopies(folder: string): void {
  const automatic = listCopies(folder).filter(({ kind }) => kind !== 'manual');
  const kept = new Set<string>();
  const keep = (groupOf: (copy: Copy) => string, groups: number): void => {
    const seen = new Set<string>();
    for (const copy of automatic) {
      const group = groupOf(copy);
      if (seen.has(group) || seen.size === groups) continue;
      seen.add(group);
      kept.add(copy.path);
    }
  };
  keep(({ day }) => day, DAYS_KEPT);
  keep(({ day }) => weekOf(day), WEEKS_KEPT);
  for (const { path } of automatic) if (!kept.has(path)) rmSync(path, { force: true });
}

/** The Monday of a day's week. */
function weekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Why a copy of so many bytes is better left out, or null. */
export function noRoomFor(folder: string, bytes: number): string | null {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes + SPARE_BYTES) return null;
  const mb = (n: number): string => `${Math.ceil(n / 1e6)} MB`;
  return `the disk has ${mb(free)} left; a copy of the project takes ${mb(bytes)}, and ${mb(SPARE_BYTES)} are to stay free`;
}
