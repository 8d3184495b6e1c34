/** Exit codes, fixed in the design: scripts rely on them. */
import type { FoveaError } from '../../../../src-shared/contract/errors.ts';

export const EXIT = { done: 0, failed: 1, usage: 2, someFailed: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The code of a command that ended with an error. */
export function exitOf(error: FoveaError): ExitCode {
  return error.code === 'usage' ? EXIT.usage : EXIT.failed;
}

/** The code of a batch command that came to its end. */
export function exitOfBatch(failed: number): ExitCode {
  return failed > 0 ? EXIT.someFailed : EXIT.done;
}
