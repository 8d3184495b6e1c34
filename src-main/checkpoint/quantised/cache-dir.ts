/** Where caches that can be made again lie. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * `cache` in `FOVEA_HOME` when that is set, else the platform's own place: `XDG_CACHE_HOME/fovea` or `~/.cache/fovea`,
 * `~/Library/Caches/Fovea`, `%LOCALAPPDATA%\Fovea\cache`. Not created here.
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env.FOVEA_HOME) return resolve(env.FOVEA_HOME, 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Fovea');
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Fovea', 'cache');
  }
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fovea');
}
