/** Why a backend process ended, in words: from its exit code and the last of what it wrote to stderr. */
import { constants } from 'node:os';
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

/** Lines that say nothing of why: of a stack, Node's version, and warnings of Node and of packages about their host. */
const NO_REASON = /^(at |Node\.js v|\(node:\d+\) |\(Use `)/;

/** Electron gives the number of a signal as the exit code. These are a program's own faults, and no program exits so itself. */
const CRASHES: readonly NodeJS.Signals[] = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'];

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
    .filter((line) => line !== '' && !NO_REASON.test(line));
  const named = lines.find((line) => /^(\w*Error\b|fovea:)/.test(line));
  return (named ?? lines.at(-1))?.slice(0, 300) ?? null;
}

function codeWords(code: number | null): string {
  if (code === null || code === constants.signals.SIGKILL) return 'it was killed';
  const crash = CRASHES.find((signal) => constants.signals[signal] === code);
  if (crash) return `a native module crashed (${crash})`;
  return `exit code ${code}`;
}
