/** Programs Fovea can use when they are there. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inApp } from '../app-root.ts';

const BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'firefox',
  'msedge',
];

/** Electron's program if its package has fetched it, else null. Nothing is downloaded. */
export function findElectron(): string | null {
  const folder = inApp('node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(program) ? program : null;
}

/** A browser on the PATH (or CHROME_PATH), or null. */
export function findBrowser(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name)));
  return (
    [process.env.CHROME_PATH, ...candidates].find((path) => path !== undefined && isProgram(path)) ?? null
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
