/** What the disk says about kept features, in words; and the small files beside them. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { diskWords } from '../files/disk-words.ts';
import { temporaryBeside } from '../files/temporary.ts';

/** Runs `work`; what the disk refuses becomes `no_space`, `read_only` or `io` about `where`. */
export async function orDiskError<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === null) throw thrown;
    const disk = diskWords(code, where) ?? { code: 'io' as const, message: `the disk reports ${code}` };
    throw new FoveaError(disk.code, `features could not be kept: ${disk.message}`, {
      where,
      next:
        disk.code === 'no_space'
          ? 'Free some space, or keep fewer (fovea features PROJECT --remove; --keep-features=GB)'
          : 'Check the disk and the folder, then do it again',
      cause: thrown,
    });
  }
}

/** The system's code of an error (`ENOENT`); null for other errors. */
export function codeOf(thrown: unknown): string | null {
  if (thrown instanceof FoveaError || !(thrown instanceof Error) || !('code' in thrown)) return null;
  const { code } = thrown;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : null;
}

/**
 * Writes a file that is whole when its name is there. It is made at `root`, which is the one folder that is swept of
 * what killed processes left, and moved to its place.
 */
export async function putFile(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = join(root, path);
  const temporary = temporaryBeside(join(root, basename(path)));
  await orDiskError(target, async () => {
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, target);
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw thrown;
    }
  });
}
