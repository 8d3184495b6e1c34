/**
 * Data folders for the hosts of specs. Preferences live there, so what one spec chose must not meet another: a host gets
 * one of its own, unless the spec says which by `FOVEA_HOME`; then only the preferences are made to be forgotten.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What `npm test` gives to all test files. */
const SHARED = process.env.FOVEA_HOME;

export interface Home {
  readonly dir: string;
  /** Takes away what was made for this host alone. */
  remove(): void;
}

/** @param keeps what hosts on this project before it left is remembered */
export function homeFor(project: string | null, keeps = false): Home {
  const given = process.env.FOVEA_HOME;
  if (given !== undefined && given !== SHARED) return remembering(given, keeps);
  // It goes with the project's folder, which is a spec's own.
  if (project !== null && dirname(project) !== tmpdir())
    return remembering(join(dirname(project), 'fovea-home'), keeps);
  const dir = mkdtempSync(join(tmpdir(), 'fovea-home-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

function remembering(dir: string, keeps: boolean): Home {
  if (!keeps) rmSync(join(dir, 'preferences.json'), { force: true });
  return { dir, remove: () => undefined };
}
