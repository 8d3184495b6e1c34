/** What the disk says, in words of ours. */
import { FoveaError, type ErrorCode } from '../../src-shared/contract/errors.ts';

const WORDS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['no_space', 'the disk is full'],
  EDQUOT: ['no_space', 'the disk quota is used up'],
  EROFS: ['read_only', 'the folder cannot be written to'],
  EACCES: ['read_only', 'the folder cannot be written to'],
  EPERM: ['read_only', 'the folder cannot be written to'],
};

/** Runs `work`; what the disk refuses becomes `no_space`, `read_only` or `io` about `where`. */
export async function orDiskError<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (thrown instanceof FoveaError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw thrown;
    const [kind, words] = WORDS[code] ?? (['io', `the disk reports ${code}`] as const);
    throw new FoveaError(kind, words, {
      where,
      next: 'Free some space, or set FOVEA_HOME to a folder with room that you may write to',
      cause: thrown,
    });
  }
}
