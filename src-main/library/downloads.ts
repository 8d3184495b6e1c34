/**
 * A download from being asked for to being a model of the library: one process at a time in one folder, the commit fixed
 * when it begins, so that what goes on tomorrow is still the same model.
 */
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { towerFolder } from '../checkpoint/tower.ts';
import { orDiskError } from './disk-errors.ts';
import { withFileLock } from './file-lock.ts';
import { downloadInto, type DownloadProgress } from './hub/download.ts';
import { listRepository } from './hub/listing.ts';
import { PATIENCE, type Patience } from './hub/retry.ts';
import type { HubSettings } from './hub/settings.ts';
import { detailFiles } from './hub/wanted.ts';
import { PART } from './owned.ts';
import type { Places } from './places.ts';
import { changeRegistry, freeName, readRegistry, type DownloadEntry } from './registry.ts';

export interface DownloadWish {
  readonly repo: string;
  readonly revision: string;
  readonly settings: HubSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Called once the library has an entry for it. */
  readonly onEntry?: (entry: DownloadEntry) => void;
  readonly patience?: Patience;
  readonly freeBytes?: (dir: string) => Promise<number>;
}

/**
 * Downloads, or goes on with it. A vision tower that the model names in another repository comes too, as a model of its
 * own, unless it is in the library or the Hugging Face cache already.
 * @returns the entry of the library, and whether anything had to be fetched
 * @throws FoveaError `usage`, `network`, `unauthorized`, `not_found`, `bad_checkpoint`, `unsupported_model`, `no_space`,
 *   `read_only`, `conflict` (another process is at it) or `cancelled`; but for a refusal at the start the entry stays, and
 *   calling again goes on
 */
export async function download(
  places: Places,
  wish: DownloadWish,
): Promise<{ readonly entry: DownloadEntry; readonly fetched: boolean }> {
  const { repo, revision, settings, signal, patience = PATIENCE } = wish;
  const begun = await entryOf(places, repo, revision);
  if (begun && (await isThere(places, begun))) return { entry: begun, fetched: false };
  const listing = await listRepository(settings, repo, begun?.commit ?? revision, patience, signal);
  // A repository without anything to run leaves no entry.
  if (!begun) detailFiles(listing);
  return orDiskError(places.models, async () => {
    const entry = begun ?? (await addEntry(places, repo, revision, listing.commit));
    wish.onEntry?.(entry);
    const target = join(places.models, entry.folder);
    const part = target + PART;
    await alone(places, entry, async () => {
      if (await isThere(places, entry)) return;
      const onTower = (tower: string): Promise<void> => bringTower(places, target, tower, wish);
      await downloadInto(settings, { ...listing, revision }, part, { ...wish, patience, onTower });
      await rename(part, target);
      await syncFolder(places.models);
    });
    return { entry, fetched: true };
  });
}

/** Downloads the vision tower that the model of `target` names, unless this person has it somewhere. */
async function bringTower(places: Places, target: string, tower: string, wish: DownloadWish): Promise<void> {
  const { repo, settings, onProgress } = wish;
  const known = await towerFolder(target, tower, { downloads: places.models, cache: settings.cache });
  if (known !== null) return;
  try {
    await download(places, {
      ...wish,
      repo: tower,
      revision: 'main',
      onProgress: (progress) => onProgress({ ...progress, tower }),
    });
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (error.code !== 'bad_checkpoint' && error.code !== 'not_found') throw error;
    const other = `fovea model download ${tower} --revision REVISION`;
    throw new FoveaError(error.code, `${repo} needs the vision tower ${tower}: ${error.message}`, {
      ...(error.where === undefined ? {} : { where: error.where }),
      next: `Find a revision with safetensors (often refs/pr/N) and run: ${other}; then go on with ${repo}`,
      cause: thrown,
    });
  }
}

/** Runs `work` with no other process at this download. @throws FoveaError `conflict` */
export async function alone(
  places: Places,
  { folder, repo }: DownloadEntry,
  work: () => Promise<void>,
): Promise<void> {
  await mkdir(places.models, { recursive: true });
  await withFileLock(join(places.models, `.${folder}.lock`), { busy: `downloading ${repo}` }, work);
}

/** Whether the folder has its name, which it gets when everything is there. */
export async function isThere(places: Places, { folder }: DownloadEntry): Promise<boolean> {
  return (await stat(join(places.models, folder)).catch(() => null))?.isDirectory() ?? false;
}

async function entryOf(places: Places, repo: string, revision: string): Promise<DownloadEntry | undefined> {
  const entries = await readRegistry(places.registry);
  return entries.find((entry) => isOf(entry, repo, revision)) as DownloadEntry | undefined;
}

function isOf(entry: { readonly kind: string }, repo: string, revision: string): boolean {
  const { kind, ...rest } = entry as DownloadEntry;
  return kind === 'download' && rest.repo === repo && rest.revision === revision;
}

function addEntry(places: Places, repo: string, revision: string, commit: string): Promise<DownloadEntry> {
  return changeRegistry(places.registry, (entries) => {
    const known = entries.find((entry) => isOf(entry, repo, revision)) as DownloadEntry | undefined;
    if (known) return { entries, result: known };
    const names = new Set(entries.map(({ name }) => name));
    const folders = new Set(entries.flatMap((entry) => (entry.kind === 'download' ? [entry.folder] : [])));
    const plain = revision === 'main' ? repo : `${repo}@${revision}`;
    const entry: DownloadEntry = {
      name: freeName(plain, names),
      kind: 'download',
      repo,
      revision,
      commit,
      folder: freeName(`${repo.replace('/', '--')}@${commit.slice(0, 12)}`, folders),
      addedAt: new Date().toISOString(),
      check: null,
    };
    return { entries: [...entries, entry], result: entry };
  });
}

/** Makes the rename durable; not every system lets a folder be opened for that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (!handle) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}
