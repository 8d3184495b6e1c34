/** What the disk says, in words of ours. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { diskWords } from '../files/disk-words.ts';

/** Runs `work`; what the disk refuses becomes `no_space`, `read_only` or `io` about `where`. */
export async function orDiskError<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (thrown instanceof FoveaError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw thrown;
    const disk = diskWords(code, where) ?? { code: 'io', message: `the disk reports ${code}`, next: '' };
    const other = 'set FOVEA_HOME to a folder with room that you may write to';
    throw new FoveaError(disk.code, disk.message, {
      where,
      next:
        disk.code === 'no_space'
          ? `Free some space, or ${other}`
          : disk.next || `Check the disk, or ${other}`,
      cause: thrown,
    });
  }
}
