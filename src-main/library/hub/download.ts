/**
 * A repository's checkpoint into a folder: small files first, so that what Fovea cannot run or the disk cannot hold is
 * refused before gigabytes are fetched, then the weights.
 */
import { mkdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { parseConfig } from '../../checkpoint/config.ts';
import { isQwenConfig, parseQwenConfig } from '../../checkpoint/qwen/config.ts';
import { parseTower } from '../../checkpoint/tower.ts';
import { PART, readManifest, writeManifest, type OwnedFile } from '../owned.ts';
import { indexedTensors, towerElsewhere } from '../tower.ts';
import type { Listing } from './listing.ts';
import { paceMeter } from './pace.ts';
import type { Patience } from './retry.ts';
import type { HubSettings } from './settings.ts';
import { fetchFile } from './transfer.ts';
import { tensorNames } from '../read.ts';
import { detailFiles, towerFolderOf, weightFiles } from './wanted.ts';

export interface DownloadProgress {
  /** `details`: configs and tokenizer; `weights`: the rest, whose size is known now. */
  readonly stage: 'details' | 'weights';
  readonly file: string;
  readonly doneBytes: number;
  /** Null while only the small files are known. */
  readonly totalBytes: number | null;
  /** Bytes per second of the recent past, and seconds left. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  /** `ORG/NAME` of the vision tower that is being fetched for the model. */
  readonly tower?: string;
}

export interface DownloadOptions {
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Brings the vision tower of another repository that the model names and lacks. */
  readonly onTower?: (repo: string) => Promise<void>;
  /** Free bytes where the folder lies. Default: asks the disk. */
  readonly freeBytes?: (dir: string) => Promise<number>;
}

/** Left free for everything else. */
const SPARE_BYTES = 256e6;

/**
 * Brings `dir` to hold the checkpoint of `listing`; what is there already stays. Afterwards its list says `complete`.
 * @throws FoveaError `bad_checkpoint`, `unsupported_model`, `no_space`, and as `fetchFile`; the folder can go on from there
 */
export async function downloadInto(
  settings: HubSettings,
  listing: Listing,
  dir: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, patience, onProgress, onTower, freeBytes = freeBytesOf } = options;
  await mkdir(dir, { recursive: true });
  const pace = paceMeter(performance.now());
  let before = 0;
  const fetchAll = async (
    files: readonly OwnedFile[],
    stage: DownloadProgress['stage'],
    total: number | null,
  ) => {
    for (const file of files) {
      await fetchFile(
        {
          settings,
          listing,
          patience,
          signal,
          onReceived: (bytes) => pace.add(bytes, performance.now()),
          onBytes(bytes) {
            const doneBytes = before + bytes;
            const rate = pace.rate();
            const etaSeconds = rate === null || total === null ? null : (total - doneBytes) / rate;
            onProgress({ stage, file: file.path, doneBytes, totalBytes: total, rate, etaSeconds });
          },
        },
        dir,
        file,
      );
      before += file.size;
    }
  };

  const { repo, revision, commit } = listing;
  const known = await readManifest(dir);
  const root = detailFiles(listing);
  await forgetOthers(dir, root, known?.files ?? []);
  const header = { version: 1, repo, revision, commit } as const;
  await writeManifest(dir, { ...header, complete: false, files: merged(known?.files ?? [], root) });
  await fetchAll(root, 'details', null);
  const config = await readJson(join(dir, 'config.json'));
  refuseUseless(config, repo);

  const tower = towerFolderOf(listing, config);
  const towerDetails = tower === null ? [] : detailFiles(listing, tower);
  await writeManifest(dir, {
    ...header,
    complete: false,
    files: merged(known?.files ?? [], [...root, ...towerDetails]),
  });
  await fetchAll(towerDetails, 'details', null);
  const details = [...root, ...towerDetails];
  const index = await indexIn(dir);
  const weights = weightFiles(listing, index);
  if (tower !== null) weights.push(...weightFiles(listing, await indexIn(join(dir, tower)), tower));
  await forgetOthers(dir, weights, known?.files ?? []);
  const files = [...details, ...weights];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await writeManifest(dir, { ...header, complete: true, files });
  await refuseFullDisk(dir, weights, freeBytes);
  const bringTower = async (tensors: Iterable<string>): Promise<void> => {
    const elsewhere =
      tower === null
        ? towerElsewhere(
            config,
            tensors,
            details.map(({ path }) => path),
          )
        : null;
    if (elsewhere !== null) await onTower?.(elsewhere);
  };
  // What the weights hold is known before they come when there is an index; a single file is read for it after.
  const tensors = indexedTensors(index);
  if (tensors) {
    await bringTower(tensors);
    await refuseFullDisk(dir, weights, freeBytes);
  }
  await fetchAll(weights, 'weights', total);
  if (!tensors) await bringTower(await tensorNames(dir));
}

/** Bytes of listed files that lie in the folder, parts included. */
export async function bytesThere(dir: string, files: readonly OwnedFile[]): Promise<number> {
  let bytes = 0;
  for (const { path } of files) {
    const found =
      (await stat(join(dir, path)).catch(() => null)) ??
      (await stat(join(dir, path + PART)).catch(() => null));
    bytes += found?.size ?? 0;
  }
  return bytes;
}

/** Files of an earlier commit with the same name but another content make room. */
async function forgetOthers(
  dir: string,
  files: readonly OwnedFile[],
  known: readonly OwnedFile[],
): Promise<void> {
  const before = new Map(known.map((file) => [file.path, file.hash.hex]));
  for (const { path, hash } of files) {
    const other = before.get(path);
    if (other === undefined || other === hash.hex) continue;
    await rm(join(dir, path), { force: true });
    await rm(join(dir, path + PART), { force: true });
  }
}

function merged(known: readonly OwnedFile[], files: readonly OwnedFile[]): OwnedFile[] {
  return [...new Map([...known, ...files].map((file) => [file.path, file])).values()];
}

/** As {@link refuseUnsupported}, but a CLIP may come too: models name one as their vision tower. */
function refuseUseless(config: unknown, repo: string): void {
  if (parseTower(config, `${repo}/config.json`) === null) refuseUnsupported(config, repo);
}

/** Whether Fovea runs a config.json's family and options. @throws FoveaError `unsupported_model` or `bad_checkpoint` */
export function refuseUnsupported(config: unknown, repo: string): void {
  const where = `${repo}/config.json`;
  if (isQwenConfig(config)) parseQwenConfig(config, where);
  else parseConfig(config, where);
}

async function refuseFullDisk(
  dir: string,
  files: readonly OwnedFile[],
  freeBytes: (dir: string) => Promise<number>,
): Promise<void> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const needed = size - (await bytesThere(dir, files));
  const free = await freeBytes(dir);
  if (needed + SPARE_BYTES <= free) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new FoveaError(
    'no_space',
    `the weights need ${gigabytes(needed)} more, the disk has ${gigabytes(free)} free`,
    {
      where: dir,
      next: `Free ${gigabytes(needed + SPARE_BYTES - free)}, or set FOVEA_HOME to a folder on another disk; then start it again`,
    },
  );
}

async function freeBytesOf(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

async function indexIn(dir: string): Promise<unknown> {
  const path = join(dir, 'model.safetensors.index.json');
  return (await stat(path).catch(() => null)) ? readJson(path) : null;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new FoveaError('bad_checkpoint', 'a file of the repository is not valid JSON', {
      where: path,
      next: 'Give another revision of the repository',
      cause,
    });
  }
}
