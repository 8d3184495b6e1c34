/** Why a backend process ended, in words: from its exit code and the last of what it wrote to stderr. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

interface Cause {
  readonly pattern: RegExp;
  readonly words: string;
  readonly next: string;
}

const REINSTALL = 'Install Fovea again; in a checkout: npm ci, then npm start';

const CAUSES: readonly Cause[] = [
  {
    pattern: /NODE_MODULE_VERSION|compiled against a different Node\.js version/,
    words: 'a native module was built for another version of Node or Electron',
    next: REINSTALL,
  },
  {
    pattern:
      /ERR_DLOPEN_FAILED|invalid ELF header|not a valid Win32 application|wrong architecture|cannot open shared object/,
    words: 'a native module cannot be loaded on this machine',
    next: REINSTALL,
  },
  {
    pattern: /ERR_MODULE_NOT_FOUND|Cannot find (module|package)|Could not locate the bindings file/,
    words: 'a part of the program is missing',
    next: REINSTALL,
  },
  {
    pattern: /heap out of memory|Allocation failed|bad_alloc/,
    words: 'it ran out of memory',
    next: 'Close other programs, then try again',
  },
  { pattern: /ENOSPC/, words: 'the disk is full', next: 'Free some space, then try again' },
];

/** @param stderr the last of it, perhaps cut off at its beginning */
export function whyItEnded(code: number | null, stderr: string): FoveaError {
  const cause = CAUSES.find(({ pattern }) => pattern.test(stderr));
  const said = cause ? cause.words : (lastWords(stderr) ?? codeWords(code));
  return new FoveaError('io', `Fovea’s backend ended: ${said}`, {
    where: cause ? lastWords(stderr) : null,
    next: cause?.next ?? 'Try again; what is saved is in the project',
  });
}

/** The line that names an error, else the last one. */
function lastWords(stderr: string): string | null {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !/^Node\.js v/.test(line));
  const named = lines.find((line) => /^(\w*Error\b|fovea:)/.test(line));
  return (named ?? lines.at(-1))?.slice(0, 300) ?? null;
}

function codeWords(code: number | null): string {
  if (code === null) return 'it was killed';
  return `exit code ${code}`;
}
