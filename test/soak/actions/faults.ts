/**
 * What happens to a project while somebody decides in it: another file in the database's place, bytes written into it, an
 * older state put back, its folder or its pictures moved, a picture replaced, a full disk, a host that ends and begins again
 * (here, in picture-faults.ts and restarts.ts). What is decided meanwhile is kept on the page and saved when it can be again.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { planRelink } from '../../../src-main/jobs/pictures/relink-plan.ts';
import { relink } from '../../../src-main/jobs/pictures/relink.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { rootDir } from '../../../src-main/store/pictures/root.ts';
import { changePicture } from './picture-faults.ts';
import type { Player } from './player.ts';
import { removalActions } from './removal.ts';
import { portTaken, restartElsewhere, restartHere } from './restarts.ts';
import { decideSome, reloadAll, WAIT, type Fault, type World } from './world.ts';

/** Room on the disk that can be filled: copies leave some of it free, and a removal makes one. */
const DISK = '256m';
const HOOKS = { stopped: () => false, onProgress: () => undefined };

/** One of them, at random, under the hands of `player`. @returns what happened, in words */
export async function fault(world: World, player: Player): Promise<string> {
  for (const each of world.players) await each.saved();
  await player.page.bringToFront();
  const all = Object.entries({
    ...FAULTS,
    ...(world.ownDisk ? { 'full disk': fullDisk } : {}),
    ...(world.host ? RESTARTS : {}),
  });
  const [name, happens] = all[player.below(all.length)]!;
  await happens(world, player).catch((cause: unknown) => {
    throw new Error(`${name}: ${String(cause)}`, { cause });
  });
  return name;
}

const RESTARTS: Readonly<Record<string, Fault>> = {
  'host begun again': restartHere,
  'host begun again on another port': restartElsewhere,
  'host begun again, its port taken': portTaken,
};

const FAULTS: Readonly<Record<string, Fault>> = {
  'picture changed': changePicture,

  'database replaced': async ({ project }, player) => {
    put(project, await copyOf(project), player.below(3));
    await decideSome(player);
    await openAgain(player);
  },

  'older database put back': async (world, player) => {
    const { project, store } = world;
    const copy = await copyOf(project);
    const before = store.snapshot();
    await decideSome(player);
    // They are back afterwards.
    if (player.below(2) === 0) await removalActions(player).remove();
    await player.saved();
    put(project, copy, player.below(3));
    await openAgain(player);
    store.putBack(before);
    // What it knew of pictures is older, too: they are looked at again.
    await player.countsPictures();
    await reloadAll(world, player);
  },

  'folder away': async (world, player) => {
    const { project } = world;
    const away = `${project}-away`;
    renameSync(project, away);
    try {
      // The next picture is away, too.
      await player.press('x');
      player.model.step(player.sample, { decision: 'reject' });
      await replacedBanner(player).waitFor(WAIT);
    } finally {
      renameSync(away, project);
    }
    await replacedBanner(player).waitFor({ ...WAIT, state: 'detached' });
    await reloadAll(world, player);
  },

  'pictures moved': async (world, player) => {
    const { project } = world;
    const open = openProject(project);
    try {
      const from = rootDir(open.db, project, 1);
      const to = join(dirname(project), `pictures ${from.endsWith(' 1') ? 2 : 1}`);
      renameSync(from, to);
      await relink(open, from, to, await planRelink(open, from, to, HOOKS));
    } finally {
      open.close();
    }
    // What the page asked for in between was not there.
    await reloadAll(world, player);
    await decideSome(player);
  },
};

const fullDisk: Fault = async ({ project }, player) => {
  const filler = join(dirname(project), 'filler');
  fill(filler);
  await decideSome(player);
  await sleep(player.below(800));
  rmSync(filler);
};

export interface OwnDisk {
  readonly mounted: boolean;
  release(): void;
}
export const NO_DISK: OwnDisk = { mounted: false, release: () => undefined };

/** A disk of its own for the project, where somebody may mount one. @returns what takes it away again */
export function ownDisk(dir: string): OwnDisk {
  const mounted =
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', dir]).status === 0;
  return { mounted, release: () => void (mounted && spawnSync('umount', ['-l', dir])) };
}

/** The database as it is now, in a file that stands alone. */
async function copyOf(project: string): Promise<string> {
  const copy = join(dirname(project), 'copy.db');
  rmSync(copy, { force: true });
  const db = new Database(join(project, 'project.db'), { readonly: true });
  try {
    await db.backup(copy);
  } finally {
    db.close();
  }
  return copy;
}

/** Moved over it, written into it, or put there after the old one was deleted. */
function put(project: string, copy: string, how: number): void {
  const target = join(project, 'project.db');
  if (how === 2) rmSync(target);
  if (how === 0) renameSync(copy, target);
  else copyFileSync(copy, target);
}

const replacedBanner = (player: Player) =>
  player.page.getByRole('alert').filter({ hasText: 'was replaced, moved or deleted' });

async function openAgain(player: Player): Promise<void> {
  const banner = replacedBanner(player);
  await banner.getByRole('button', { name: 'Open it again' }).click(WAIT);
  await banner.waitFor({ ...WAIT, state: 'detached' });
}

/** To the last byte. */
function fill(file: string): void {
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // A smaller piece may still fit.
    }
  }
}
