/**
 * The Python that runs the original: the one given, or a virtual environment made from the oracle's requirements, which
 * is kept beside other caches for the next run.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIREMENTS = fileURLToPath(new URL('../../golden/oracle/requirements.txt', import.meta.url));

/** @param say hears that a download begins; @throws Error when there is no Python 3 or pip fails. */
export function pythonWithTransformers(given: string | undefined, say: (text: string) => void): string {
  if (given !== undefined) return given;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const venv = join(cache, 'fovea', 'bench-oracle-venv');
  const python = join(venv, 'bin', 'python');
  const complete = join(venv, 'bin', 'transformers');
  if (existsSync(complete)) return python;
  say(`making ${venv} with torch and transformers (a large download; --python PATH uses one you have) …`);
  execFileSync('python3', ['-m', 'venv', venv], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return python;
}
