/**
 * An end for work that a file of somebody else's decides the length of: rendering a template, matching its patterns,
 * tokenizing by its rules. V8 itself stops the thread, also in the middle of a regular expression.
 */
import { createContext, Script, type Context } from 'node:vm';
import { FoveaError, type ErrorCode } from '../../../src-shared/contract/errors.ts';

/** What is done, in words that begin a sentence's end, and whose fault it is when it takes for ever. */
export interface Bounded {
  /** Such as `tokenizing the question`. */
  readonly what: string;
  /** Some hundred times what the slowest published checkpoint takes on a slow machine. */
  readonly ms: number;
  readonly code: ErrorCode;
  readonly where: string | null;
  readonly next: string;
}

const script = new Script('work()');
let context: Context | null = null;
let inside = false;

/**
 * Runs `work`, which must not await anything. Inside another one the outer limit holds alone: each costs a third of a
 * millisecond.
 * @throws FoveaError `code` when it takes longer than `ms`, and whatever `work` throws
 */
export function within<T>({ what, ms, code, where, next }: Bounded, work: () => T): T {
  if (inside) return work();
  context ??= createContext(Object.create(null) as Context);
  context['work'] = work;
  inside = true;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new FoveaError(code, `${what} takes longer than the ${ms / 1000} s it may take`, { where, next });
  } finally {
    inside = false;
    delete context['work'];
  }
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
