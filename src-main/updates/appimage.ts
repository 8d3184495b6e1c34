/**
 * An AppImage is one file, so a new one takes its place by a rename: at every moment there is a whole program under its
 * name. The former one stays beside it as `NAME.previous`, and goes back the same way.
 */
import { constants } from 'node:fs';
import { access, chmod, copyFile, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { diskError } from '../files/disk-words.ts';
import { sweepTemporary, temporaryBeside } from '../files/temporary.ts';
import { untrusted } from './manifest.ts';
import { identify, isWhole, type FileIdentity } from './whole-file.ts';

/** Where the one before `program` lies. */
export function previousPath(program: string): string {
  return `${program}.previous`;
}

/**
 * Puts a file in the place of `program`, and keeps that.
 * @param is what `fresh` must be, asked of the very copy that takes the place
 * @param note told what the former program is, before anything changes: it may still stop it, by throwing
 * @throws FoveaError `untrusted`, `read_only`, `no_space` or `io`, and what `note` throws; then `program` is as it was
 */
export async function replaceProgram(
  program: string,
  fresh: string,
  is: FileIdentity,
  note: (former: FileIdentity) => Promise<void>,
): Promise<void> {
  return inPlace(program, async (names) => {
    const next = names();
    await copyFile(fresh, next, constants.COPYFILE_EXCL);
    await chmod(next, ((await lstat(program)).mode & 0o777) | 0o100);
    await sync(next);
    if (!(await isWhole(next, is))) throw untrusted('the file is not what was checked before', fresh);
    const former = names();
    await keepAs(program, former);
    await note(await identify(former));
    await rename(former, previousPath(program));
    await rename(next, program);
  });
}

/**
 * Swaps `program` and the one before it.
 * @param is what the one before must be
 * @param note told what the other one is, before anything changes
 * @throws as {@link replaceProgram}
 */
export async function swapPrograms(
  program: string,
  is: FileIdentity,
  note: (former: FileIdentity) => Promise<void>,
): Promise<void> {
  return inPlace(program, async (names) => {
    const former = previousPath(program);
    if (!(await isWhole(former, is)))
      throw untrusted('the version before is not the file that was kept', former);
    const now = names();
    await keepAs(program, now);
    await note(await identify(now));
    await rename(former, program);
    await rename(now, former);
  });
}

/**
 * Whether a file can be replaced where it lies, asked before anything is brought for it.
 * @throws FoveaError `bad_input` or `read_only` where it cannot
 */
export async function checkReplaceable(program: string): Promise<void> {
  try {
    if (!(await lstat(program)).isFile())
      throw new FoveaError('bad_input', 'this is not an ordinary file, so it is not replaced', {
        where: program,
        next: 'Put the AppImage itself where the link is, or replace it by hand',
      });
    await access(dirname(program), constants.W_OK);
  } catch (thrown) {
    throw placeError(thrown, program);
  }
}

/** In words of a program: {@link diskError} speaks of projects. */
function placeError(thrown: unknown, program: string): FoveaError {
  const error = diskError(thrown, program);
  if (error.code !== 'read_only' || thrown instanceof FoveaError) return error;
  return new FoveaError('read_only', 'Fovea may not write in the folder that it lies in', {
    where: program,
    next: 'Move the AppImage into a folder of your own, start it from there, and check for updates again',
    cause: thrown,
  });
}

/** Runs `work` with names for what it writes meanwhile; those are gone after a failure. */
async function inPlace(program: string, work: (names: () => string) => Promise<void>): Promise<void> {
  await checkReplaceable(program);
  sweepTemporary(dirname(program));
  const given: string[] = [];
  try {
    await work(() => {
      const name = temporaryBeside(program);
      given.push(name);
      return name;
    });
    await sync(dirname(program));
  } catch (thrown) {
    throw placeError(thrown, program);
  } finally {
    // Also after success: a rename onto another name of the same file does nothing.
    for (const name of given) await rm(name, { force: true }).catch(() => undefined);
  }
}

/** The same file under another name; a copy where the disk knows no two names of one file. */
async function keepAs(program: string, name: string): Promise<void> {
  try {
    await link(program, name);
  } catch {
    await copyFile(program, name, constants.COPYFILE_EXCL);
    await sync(name);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
