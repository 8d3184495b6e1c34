/**
 * Which file a page gets for a picture: the one that was imported, or one made of it that shows what the model sees
 * (`asModelSees`). Those are kept under `cache/pictures`, which may be deleted at any time, and named after the
 * picture's size and time on disk.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PictureRules } from '../../src-shared/contract/preset.ts';
import { pictureStat } from '../checkpoint/image/guarded-file.ts';
import { asModelSees } from '../checkpoint/image/shown.ts';
import { SHOWN_BYTES } from '../jobs/space/budgets.ts';
import { activePictureRules } from '../store/runs/run.ts';
import type { Project } from '../store/file/project.ts';
import { findImageFile } from './image-file.ts';
import type { ImageFile } from './image-file.ts';

/** Answers remembered: which pictures need no file of their own. */
const KNOWN = 10_000;

export interface ShownPictures {
  /** Null when there is no such image, its file is gone, or it is no picture. */
  find(imageId: number): Promise<ImageFile | null>;
}

export function openShownPictures(project: Project): ShownPictures {
  const known = new Map<string, Promise<ImageFile>>();
  let folder: Promise<string> | null = null;
  return {
    async find(imageId) {
      const image = await findImageFile(project, imageId);
      const info = image && (await pictureStat(image.path).catch(() => null));
      if (!image || !info) return null;
      const { alpha } = activePictureRules(project.db);
      const name = [imageId, info.size, Math.round(info.mtimeMs)].map((part) => part.toString(36)).join('-');
      const key = `${name}-${alpha}`;
      const before = known.get(key);
      // Its file may have been swept away since.
      if (before && (await stat((await before).path).catch(() => null))) return before;
      if (known.size >= KNOWN) known.clear();
      folder ??= ownFolder(project);
      const made = make(image, join(await folder, `${key}.png`), alpha);
      known.set(key, made);
      return made;
    },
  };
}

/** What cannot be read here is sent as it is: whoever shows it says why it cannot. */
async function make(image: ImageFile, file: string, alpha: PictureRules['alpha']): Promise<ImageFile> {
  const own = { path: file, mime: 'image/png' };
  if (await stat(file).catch(() => null)) return own;
  try {
    const bytes = await asModelSees(image.path, alpha);
    if (bytes === null) return image;
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, bytes);
    await rename(temporary, file);
    await sweep(join(file, '..'), file);
    return own;
  } catch {
    return image;
  }
}

/** In the project; elsewhere where that may not be written. */
async function ownFolder(project: Project): Promise<string> {
  const folder = join(project.path, 'cache', 'pictures');
  try {
    await mkdir(folder, { recursive: true });
    return folder;
  } catch {
    return mkdtemp(join(tmpdir(), 'fovea-pictures-'));
  }
}

/** Deletes what was made longest ago until the rest fits; never `keep`. */
async function sweep(folder: string, keep: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const info = await stat(path).catch(() => null);
      return { path, size: info?.size ?? 0, time: info?.mtimeMs ?? 0 };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.time - b.time)) {
    if (total <= SHOWN_BYTES) return;
    if (path === keep) continue;
    await rm(path, { force: true });
    total -= size;
  }
}
