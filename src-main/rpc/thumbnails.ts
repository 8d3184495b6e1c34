/**
 * Thumbnails of the open project's pictures, kept under `cache/thumbnails`, which may be deleted at any time. A file is
 * named after the picture's size and time on disk, so a replaced picture gets a new one. A few are made at a time: the
 * rest of the program needs the processor too.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { pictureStat } from '../checkpoint/image/guarded-file.ts';
import { makeThumbnail } from '../checkpoint/image/thumbnail.ts';
import type { Project } from '../store/file/project.ts';
import { THUMBNAIL_BYTES } from '../jobs/space/budgets.ts';
import { findImageFile } from './image-file.ts';

const AT_ONCE = 2;
/** Files in one folder stay few enough to list quickly. */
const FOLDERS = 100;
/** So many new ones between two looks at the size of the cache. */
const SWEEP_EVERY = 1000;

export interface Thumbnails {
  /**
   * WebP bytes of a picture, its longer side at most `edge` pixels.
   * @throws FoveaError `not_found`, `bad_image`, `image_too_large`
   */
  get(imageId: number, edge: number): Promise<Uint8Array<ArrayBuffer>>;
}

export function openThumbnails(project: Project, limitBytes = THUMBNAIL_BYTES): Thumbnails {
  const folder = join(project.path, 'cache', 'thumbnails');
  const waiting: (() => void)[] = [];
  let making = 0;
  let untilSweep = 1;

  const turn = async (): Promise<void> => {
    if (making >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    making++;
  };
  const done = (): void => {
    making--;
    waiting.shift()?.();
  };
  const make = async (path: string, edge: number, file: string): Promise<Uint8Array> => {
    await turn();
    try {
      const bytes = await makeThumbnail(path, edge);
      // What cannot be kept is made again next time: a full disk or a read-only project still shows pictures.
      await keep(file, bytes).catch(() => undefined);
      if (--untilSweep === 0) {
        untilSweep = SWEEP_EVERY;
        await sweep(folder, limitBytes).catch(() => undefined);
      }
      return bytes;
    } finally {
      done();
    }
  };
  return {
    async get(imageId, edge) {
      const image = await findImageFile(project, imageId);
      const info = image && (await pictureStat(image.path).catch(() => null));
      if (!image || !info) {
        throw new FoveaError('not_found', 'the picture is missing or is no picture', {
          where: `image ${imageId}`,
          next: 'Put it back where it was imported from',
        });
      }
      const name = [imageId, info.size, Math.round(info.mtimeMs)].map((part) => part.toString(36)).join('-');
      const file = join(folder, String(edge), String(imageId % FOLDERS), `${name}.webp`);
      const kept = await readFile(file).catch(() => null);
      return new Uint8Array(kept && isWhole(kept) ? kept : await make(image.path, edge, file));
    },
  };
}

/** Never seen half written; not forced to disk, because {@link isWhole} finds what a power cut left. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** A WebP file says how long it is. */
function isWhole(bytes: Buffer): boolean {
  return (
    bytes.length > 12 &&
    bytes.toString('latin1', 0, 4) === 'RIFF' &&
    bytes.readUInt32LE(4) + 8 === bytes.length
  );
}

/** Deletes the files made longest ago until the rest takes four fifths of `limitBytes`, and what a crash left. */
async function sweep(folder: string, limitBytes: number): Promise<void> {
  const files: { path: string; size: number; time: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const info = await stat(path).catch(() => null);
    if (info) files.push({ path, size: info.size, time: path.endsWith('.tmp') ? 0 : info.mtimeMs });
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= limitBytes) return;
  for (const { path, size } of files.sort((a, b) => a.time - b.time)) {
    if (total <= limitBytes * 0.8) return;
    await rm(path, { force: true });
    total -= size;
  }
}
