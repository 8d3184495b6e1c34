/**
 * What a project takes on the disk, part by part, and what of it can be had back. Runs in a thread (`thread.ts`) and waits for
 * the disk as it comes. Freed is only what is made again when it is wanted, and copies: never decisions, maps, or a picture that
 * a sample shows.
 */
import { readdirSync, realpathSync, statfsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { CLEANABLE, UPLOADS, type Cleanable, type Space } from '../../../src-shared/contract/procedures.ts';
import { isInside } from '../../files/inside.ts';
import { FeatureStore } from '../../features/store.ts';
import { isTemporaryName } from '../../files/temporary.ts';
import { listCopies } from '../../store/backup/copies.ts';
import type { Project } from '../../store/file/project.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import { RPN_DIR } from '../../store/training/rpn.ts';
import { STORED_PICTURES } from '../pictures/stored.ts';
import { featuresFolder } from '../features/project-features.ts';
import { filesBelow, filesIn, removeEmptyFolders, removeFiles, sumOf, type FoundFile } from './files.ts';

/** Copies of the database that stay whatever is cleaned, besides those that somebody made by hand. */
export const COPIES_STAY = 2;
/** What was brought in so lately may be about to be imported. */
const FRESH_MS = 3_600_000;

/** A cache that is whole, as `checkpoint/quantised/cache.ts` names it, and the note beside it. */
const QUANTISED = /-[0-9a-f]{16}\.[\w-]+\.safetensors(\.verified)?$/;

export interface Budgets {
  readonly thumbnails: number;
  readonly pictures: number;
  readonly uploads: number;
  /** Where quantised weights lie, those of all projects. */
  readonly cacheDir: string;
}

type Part = Space['parts'][number];

/** Throws what the project's files say. */
export async function measureSpace(project: Project, budgets: Budgets): Promise<Space> {
  const { path } = project;
  const features = await FeatureStore.open(featuresFolder(project));
  const own = (part: Part['part'], files: Iterable<FoundFile>): Part => ({
    part,
    ...sumOf(files),
    freeable: 0,
    budget: null,
  });
  const budgetOf: Readonly<Record<Cleanable, number | null>> = {
    features: features.budgetBytes,
    thumbnails: budgets.thumbnails,
    pictures: budgets.pictures,
    uploads: budgets.uploads,
    backups: null,
    quantised: null,
  };
  const parts = [
    own('database', filesIn(path, /^project\.db/)),
    own('maps', filesIn(path, /^maps\.db/)),
    own('journal', filesIn(path, /^decisions\.jsonl/)),
    own('stored', filesBelow(join(path, STORED_PICTURES))),
    own('rpn', filesBelow(join(path, RPN_DIR))),
    ...CLEANABLE.map((part): Part => {
      const sum = sumOf(filesOf(part, path, budgets));
      const freeable = sumOf(freeableOf(part, project, budgets)).bytes;
      return { part, ...sum, freeable, budget: budgetOf[part] };
    }),
  ];
  const all = sumOf(filesBelow(path));
  const inProject = parts.filter(({ part }) => part !== 'quantised');
  const other: Part = {
    part: 'other',
    bytes: Math.max(0, all.bytes - inProject.reduce((sum, { bytes }) => sum + bytes, 0)),
    files: Math.max(0, all.files - inProject.reduce((sum, { files }) => sum + files, 0)),
    freeable: 0,
    budget: null,
  };
  const { bavail, bsize } = statfsSync(path);
  return { parts: [...parts, other], freeOnDisk: bavail * bsize };
}

/** Deletes what is freeable of these. @returns the bytes that are free now */
export function cleanSpace(project: Project, parts: readonly Cleanable[], budgets: Budgets): number {
  let freed = 0;
  for (const part of new Set(parts)) {
    freed += removeFiles([...freeableOf(part, project, budgets)]);
    if (part !== 'backups' && part !== 'quantised') removeEmptyFolders(folderOf(part, project.path, budgets));
  }
  return freed;
}

function folderOf(part: Cleanable, path: string, { cacheDir }: Budgets): string {
  switch (part) {
    case 'features':
      return featuresFolder({ path });
    case 'thumbnails':
    case 'pictures':
      return join(path, 'cache', part);
    case 'backups':
    case 'uploads':
      return join(path, part === 'uploads' ? UPLOADS : 'backups');
    case 'quantised':
      return cacheDir;
  }
}

function filesOf(part: Cleanable, path: string, budgets: Budgets): Iterable<FoundFile> {
  const folder = folderOf(part, path, budgets);
  return part === 'quantised' ? filesIn(folder, QUANTISED) : filesBelow(folder);
}

function* freeableOf(part: Cleanable, project: Project, budgets: Budgets): Generator<FoundFile> {
  const folder = folderOf(part, project.path, budgets);
  if (part === 'backups') yield* olderCopies(project.path);
  else if (part === 'uploads') yield* unusedUploads(project, folder);
  else {
    for (const file of filesOf(part, project.path, budgets)) {
      // How much features may take is a choice of somebody's; a file on its way is its writer's.
      const name = file.path.slice(file.path.lastIndexOf(sep) + 1);
      if (isTemporaryName(name) || name.startsWith('.') || (part === 'features' && name === 'budget.json'))
        continue;
      yield file;
    }
  }
}

/** Automatic copies but for the newest two. */
function* olderCopies(path: string): Generator<FoundFile> {
  const automatic = listCopies(path).filter(({ kind }) => kind !== 'manual');
  for (const copy of automatic.slice(COPIES_STAY)) yield { path: copy.path, bytes: copy.bytes, mtimeMs: 0 };
}

/** What pages brought in and no picture of a sample lies in, once it is an hour old: its original is where it came from. */
function* unusedUploads(project: Project, folder: string): Generator<FoundFile> {
  const roots = rootsInUse(project.db, project.path).map(({ dir }) => real(dir));
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const upload = join(folder, name);
    const place = real(upload);
    if (name.startsWith('.') || roots.some((root) => isInside(place, root) || isInside(root, place)))
      continue;
    const files = [...filesBelow(upload)];
    if (files.some(({ mtimeMs }) => Date.now() - mtimeMs < FRESH_MS)) continue;
    yield* files;
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
