/**
 * `rank_pattern` and `alpha_pattern`: the first key that matches a module's path whole, or from a dot on, decides. The
 * keys are Python's regular expressions, and mostly plain paths.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Bounded } from '../files/within.ts';

/** What means the same in Python and here; a dot of a path is a dot of a pattern in both. */
const SHARED = /^\^?[\w.\-|()[\]*+?\\]*\$?$/;
/** Escapes that both have; named groups, look-arounds and inline flags are not among them. */
const FOREIGN = /\(\?(?!:)|\\(?![dw.])/;
/** A repetition inside a repeated group can take for ever on a path. */
const REPEATED_GROUP = /\)[*+]/;
const MAX_LENGTH = 500;

/** Why a pattern is not taken; null when it is. */
export function patternError(pattern: string): string | null {
  if (pattern.length > MAX_LENGTH) return 'is too long';
  if (!SHARED.test(pattern) || FOREIGN.test(pattern) || REPEATED_GROUP.test(pattern)) {
    return 'is not one that Python and Fovea read alike';
  }
  try {
    compile(pattern);
    return null;
  } catch {
    return 'is no regular expression';
  }
}

/** A pattern of whole paths; null for one that is not read alike. */
export function compiled(pattern: string): RegExp | null {
  return patternError(pattern) === null ? new RegExp(`^(?:${pattern})$`, 's') : null;
}

/** `re.match(rf"(.*\.)?({key})$", path)`, as PEFT has it. */
const compile = (pattern: string): RegExp => new RegExp(`^(?:.*\\.)?(?:${pattern})$`, 's');

/**
 * The value of the first pattern that matches `path`, else `fallback`.
 * @throws FoveaError `internal` for a pattern that {@link patternError} does not pass
 */
export function byPattern(patterns: ReadonlyMap<string, number>, path: string, fallback: number): number {
  for (const [pattern, value] of patterns) {
    if (patternError(pattern) !== null) throw new FoveaError('internal', `unchecked pattern ${pattern}`);
    if (compile(pattern).test(path)) return value;
  }
  return fallback;
}

/** All patterns of an adapter on all its modules have this long: many repetitions one after the other are slow too. */
export function matching(dir: string, ms = 30_000): Bounded {
  return {
    what: "matching the adapter's patterns",
    ms,
    code: 'bad_checkpoint',
    where: dir,
    next: 'Write the modules of target_modules, rank_pattern and alpha_pattern out as plain paths',
  };
}
