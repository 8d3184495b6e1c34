/**
 * Folders of downloads: the only ones that are ever deleted. Each carries the list of its files, and a folder that holds
 * anything else, is a link, or lies elsewhere is left alone.
 */
import { lstat, readdir, realpath, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { isTemporaryName } from '../files/temporary.ts';
import { readSmallText } from '../files/plain-file.ts';
import { writeJson } from './atomic-json.ts';

/** Fovea's list, in the folder it speaks of. */
export const MANIFEST = '.fovea-download.json';

/** What a file grows under before it is whole. */
export const PART = '.part';

const fileSchema = z.object({
  /** With forward slashes, relative to the folder. */
  path: z.string().regex(/^(?!.*(^|\/)\.)[\w][\w.@+-]*(\/[\w][\w.@+-]*)*$/),
  size: z.number().int().nonnegative(),
  /** SHA-256 of the content, or Git's SHA-1 of it as a blob. */
  hash: z.union([
    z.object({ kind: z.literal('sha256'), hex: z.string().regex(/^[0-9a-f]{64}$/) }),
    z.object({ kind: z.literal('git'), hex: z.string().regex(/^[0-9a-f]{40}$/) }),
  ]),
});
export type OwnedFile = z.infer<typeof fileSchema>;

const manifestSchema = z.object({
  version: z.literal(1),
  repo: z.string(),
  revision: z.string(),
  commit: z.string(),
  /** False while only the small files are known. */
  complete: z.boolean(),
  files: z.array(fileSchema).max(10_000),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A path of a manifest, checked. @throws z.ZodError */
export function checkOwnedFile(file: OwnedFile): OwnedFile {
  return fileSchema.parse(file);
}

/** Null when there is none that can be read. */
export async function readManifest(dir: string): Promise<Manifest | null> {
  try {
    return manifestSchema.parse(JSON.parse((await readSmallText(join(dir, MANIFEST), 10_000_000)) ?? ''));
  } catch {
    return null;
  }
}

export function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  return writeJson(join(dir, MANIFEST), manifest);
}

/** What is in a download's folder: files of ours (relative), their bytes, and its sub-folders, deepest first. */
export interface Contents {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly folders: readonly string[];
}

/**
 * Looks at a download's folder before it is deleted; nothing is changed.
 * @param models the folder of downloads
 * @returns null when there is no such folder
 * @throws FoveaError `conflict` when it is not only Fovea's: a link, elsewhere, or with files Fovea did not put there
 */
export async function inspectOwned(models: string, folder: string): Promise<Contents | null> {
  const dir = join(models, folder);
  const found = await lstat(dir).catch(() => null);
  if (!found) return null;
  if (!found.isDirectory() || (await realpath(dir)) !== join(await realpath(models), folder)) {
    throw refusal('it is not a folder of its own inside the folder of downloads', dir);
  }
  const manifest = await readManifest(dir);
  const listed = new Set([MANIFEST, ...(manifest?.files ?? []).flatMap(({ path }) => [path, path + PART])]);
  const files: string[] = [];
  const folders: string[] = [];
  let bytes = 0;
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(join(dir, at), { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) {
        if (![...listed].some((name) => name.startsWith(`${path}/`))) throw strange(path, dir);
        await walk(path);
        folders.push(path);
      } else {
        // An interrupted write of the list itself leaves its temporary name.
        const ours =
          listed.has(path) || isTemporaryName(path) || /^\.fovea-download\.json\.[0-9a-f]+\.tmp$/.test(path);
        if (!ours || !entry.isFile()) throw strange(path, dir);
        files.push(path);
        bytes += (await lstat(join(dir, path))).size;
      }
    }
  };
  await walk('');
  return { files: files.sort(), bytes, folders };
}

/** Deletes what {@link inspectOwned} found, file by file: what came since stays, and then so does its folder. */
export async function deleteOwned(models: string, folder: string, contents: Contents): Promise<void> {
  const dir = join(models, folder);
  // The list goes last: an interrupted deletion can be repeated.
  for (const file of contents.files.filter((name) => name !== MANIFEST))
    await rm(join(dir, file), { force: true });
  for (const sub of contents.folders) await rmdir(join(dir, sub));
  await rm(join(dir, MANIFEST), { force: true });
  await rmdir(dir);
}

function strange(path: string, dir: string): FoveaError {
  return refusal(`Fovea did not put ${path} there`, dir);
}

function refusal(why: string, dir: string): FoveaError {
  return new FoveaError('conflict', `this folder is not deleted: ${why}`, {
    where: dir,
    next: 'Move what is yours elsewhere, or delete the folder yourself, then remove the model again',
  });
}
