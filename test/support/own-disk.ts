/** Small file systems of a test's own, to be filled to their last byte. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDir } from './temporary-dir.ts';

/** Runs `body` with a file system of 4 MB; skipped where nobody may mount one. */
export async function onDisk(t: TestContext, body: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(temporaryDir(t), 'disk');
  if (!mountDisk(t, disk, '4m')) return;
  try {
    await body(disk);
  } finally {
    unmountDisk(disk);
  }
}

/** Lays a file system of that size over a folder; the test is skipped and this false where nobody may. */
export function mountDisk(t: TestContext, folder: string, size: string): boolean {
  mkdirSync(folder, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0) return true;
  t.skip('nobody may mount here');
  return false;
}

/** Gives it another size. */
export function resizeDisk(folder: string, size: string): void {
  spawnSync('mount', ['-o', `remount,size=${size}`, folder]);
}

export function unmountDisk(folder: string): void {
  // Also where a test that failed still has something open.
  spawnSync('umount', ['-l', folder]);
}

/** Fills a disk to the last byte. @returns the file that does it */
export function fill(disk: string): string {
  const filler = join(disk, 'filler');
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // A smaller piece may still fit.
    }
  }
  return filler;
}
