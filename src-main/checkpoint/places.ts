/** Folders of this person that models may lie in: Fovea's own data folder, and the Hugging Face cache. Neither is made here. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The user's data folder: `FOVEA_HOME` when set, else the platform's own place (`XDG_DATA_HOME/fovea` or
 * `~/.local/share/fovea`, `~/Library/Application Support/Fovea`, `%LOCALAPPDATA%\Fovea`).
 */
export function dataDir(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env.FOVEA_HOME) return resolve(env.FOVEA_HOME);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Fovea');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Fovea');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'fovea');
}

/** `HF_HUB_CACHE`, or `hub` in `HF_HOME` or the platform's cache folder, as Hugging Face's own tools have it. */
export function hubCache(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return resolve(env.HF_HUB_CACHE || join(home, 'hub'));
}

/** Where vision towers of other repositories are looked for. */
export interface TowerPlaces {
  /** The library's downloads, `ORG--NAME@COMMIT` each. */
  readonly downloads: string;
  /** A Hugging Face cache. */
  readonly cache: string;
}

/** The downloads of a data folder. */
export function downloadsIn(home: string): string {
  return join(home, 'models');
}

export function towerPlaces(env: NodeJS.ProcessEnv = process.env): TowerPlaces {
  return { downloads: downloadsIn(dataDir(env)), cache: hubCache(env) };
}
