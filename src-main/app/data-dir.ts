/** Where Fovea keeps what belongs to no project of the person's own choosing: the demo project, saved presets. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The user's data folder: `FOVEA_HOME` when set, else the platform's own place (`XDG_DATA_HOME/fovea` or
 * `~/.local/share/fovea`, `~/Library/Application Support/Fovea`, `%LOCALAPPDATA%\Fovea`). Not created here.
 */
export function dataDir(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env.FOVEA_HOME) return resolve(env.FOVEA_HOME);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Fovea');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Fovea');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'fovea');
}

/** The demo project that `npm start` makes on its first run. */
export function demoDir(): string {
  return join(dataDir(), 'demo');
}
