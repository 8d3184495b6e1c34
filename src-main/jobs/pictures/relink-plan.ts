/** What a moved image folder's pictures would be in another place. Reads sizes, changes nothing. */
import { realpathSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RelinkPlan } from '../../../src-shared/contract/procedures.ts';
import { isInside } from '../../files/inside.ts';
import { picturesAfter } from '../../store/pictures/version.ts';
import type { Project } from '../../store/file/project.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import { chosenPlace } from './place.ts';

const PAGE = 500;
const EXAMPLES = 5;

export interface PlanHooks {
  readonly stopped: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
  readonly onSign?: () => void;
}

/** A folder of the project at or below the old place, and where it would lead. */
export interface MovedRoot {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly pictures: number;
}

/**
 * The project's image folders at or below `from`. Throws `bad_input` when there are none, `not_found` when `to` is no
 * folder.
 */
export function movedRoots(project: Project, from: string, to: string): MovedRoot[] {
  const [old, now] = [resolve(from), resolve(to)];
  const roots = rootsInUse(project.db, project.path);
  const moved = roots.filter(({ dir }) => isInside(old, dir));
  if (moved.length === 0) {
    throw new FoveaError('bad_input', 'no image folder of the project lies there', {
      where: old,
      next: `Give one of: ${roots.map(({ dir }) => dir).join(', ')}`,
    });
  }
  if (!isFolder(now)) {
    throw new FoveaError('not_found', 'the new folder is missing', {
      where: now,
      next: 'Give the folder that the pictures are in now',
    });
  }
  return moved.map(({ id, dir, pictures }) => ({
    id,
    from: dir,
    to: resolve(now, relative(old, dir)),
    pictures,
  }));
}

/** Looks for every picture of the moved folders. Throws as {@link movedRoots}, and `cancelled`. */
export async function planRelink(
  project: Project,
  from: string,
  to: string,
  hooks: PlanHooks,
): Promise<RelinkPlan> {
  const roots = movedRoots(project, from, to);
  const total = roots.reduce((sum, { pictures }) => sum + pictures, 0);
  const counts = { found: 0, otherSize: 0, missing: 0 };
  const examples: string[] = [];
  const linkedInto = new Set<string>();
  let done = 0;
  for (const root of roots) {
    const real = isFolder(root.to) ? realpathSync.native(root.to) : null;
    for (let last = 0; ;) {
      const page = picturesAfter(project.db, last, PAGE, root.id);
      if (page.length === 0) break;
      last = page[page.length - 1].id;
      for (const { path, bytes } of page) {
        if (hooks.stopped()) throw new FoveaError('cancelled', 'looking for the pictures was stopped');
        hooks.onSign?.();
        const kind = real === null ? 'missing' : await lookFor(real, path, bytes, linkedInto);
        counts[kind]++;
        if (kind !== 'found' && examples.length < EXAMPLES) examples.push(path);
      }
      done += page.length;
      hooks.onProgress(done, total);
    }
  }
  return {
    roots: roots.map((root) => ({ from: root.from, to: root.to, pictures: root.pictures })),
    ...counts,
    examples,
    linkedInto: [...linkedInto],
  };
}

async function lookFor(
  real: string,
  path: string,
  bytes: number,
  linkedInto: Set<string>,
): Promise<'found' | 'otherSize' | 'missing'> {
  try {
    const file = realpathSync.native(resolve(real, path));
    const info = statSync(file);
    if (!info.isFile()) return 'missing';
    if (!isInside(real, file) && ![...linkedInto].some((folder) => isInside(folder, file))) {
      const chosen = await chosenPlace(real, path);
      if (chosen.linkedInto !== null) linkedInto.add(chosen.linkedInto);
    }
    return info.size === bytes ? 'found' : 'otherSize';
  } catch {
    return 'missing';
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
