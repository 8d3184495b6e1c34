/**
 * Electron's program: on disk, or fetched by its own package's installer within a few seconds. This is the only
 * download outside the package registry; where it fails, that is remembered for a day (per Electron version).
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { inApp } from '../app-root.ts';
import { dataDir } from '../data-dir.ts';
import { findElectron } from '../doctor/programs.ts';
import { recall, remember } from './electron-memory.ts';

const FETCH_MS = 8_000;

export type ElectronFound = { readonly program: string } | { readonly why: string };

/** Finds or fetches the program; never takes much longer than eight seconds. */
export async function electronProgram(): Promise<ElectronFound> {
  const onDisk = findElectron();
  if (onDisk) return { program: onDisk };
  const folder = inApp('node_modules/electron');
  if (!existsSync(join(folder, 'install.js'))) return { why: 'Electron is not installed' };
  const version = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).version;
  const memory = join(dataDir(), 'electron-unavailable.json');
  const known = recall(memory, version, Date.now());
  if (known !== null) return { why: known };

  process.stderr.write('Fetching Electron (8 seconds at most)…\n');
  const why = await install(join(folder, 'install.js'));
  const program = findElectron();
  if (why === null && program) return { program };
  const failure = { version, at: Date.now(), why: why ?? 'its program is missing after the fetch' };
  remember(memory, failure);
  return { why: failure.why };
}

/** @returns null when the installer succeeded, else why not */
function install(script: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: 'ignore' });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('Electron could not be fetched in 8 seconds (npx install-electron fetches it without a limit)');
    }, FETCH_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(
        code === 0 ? null : 'Electron could not be fetched (no network, or its download site is closed)',
      );
    });
  });
}
