/** A small JSON file that a reader meets whole or not at all: another name in the same folder, synced, renamed. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sweepTemporary, temporaryBeside } from '../files/temporary.ts';

/** Makes the folder when there is none. Throws what the disk says. @param mode who may read it: 0o600 for secrets */
export async function writeJson(path: string, value: unknown, mode = 0o666): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  sweepTemporary(dirname(path));
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
