/**
 * Random actions on the real page and the real backend, beside a model of the store (model.ts). In the browser host two
 * windows work on one project and the disk is slow at times; in Electron the backend, and the engine with it, is killed; in the
 * soak things happen to the project's files in both (faults.ts).
 * Each action must show what the model says; at the end the store must hold exactly the model's revisions.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { flagsOf, notesOf } from '../../../src-main/store/annotation.ts';
import { openProject, type Project } from '../../../src-main/store/project.ts';
import { reviewHistory } from '../../../src-main/store/review.ts';
import { sampleDetail } from '../../../src-main/store/sample-detail.ts';
import { makeLargeProject } from '../../bench/ui/large-project.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import { openInElectron } from '../../e2e/support/electron-app.ts';
import { newWindow } from '../../e2e/support/new-window.ts';
import { openPage, type HostedPage, type HostName } from '../../e2e/support/hosted-page.ts';
import { addSecondRun } from '../../e2e/support/second-run.ts';
import { seededRandom } from '../../support/random.ts';
import { fault, NO_DISK, ownDisk, type World } from './faults.ts';
import { StoreModel, type Revision } from './model.ts';
import { Player } from './player.ts';
import { rivals } from './rivals.ts';
import { slowDisk } from './slow-disk.ts';

const SAMPLES = 30;
/** Width and height; small, for what is drawn is not what is asked here. */
const PICTURE = [320, 240] as const;
/** One action in so many is one of these instead. */
const EVERY = { reload: 25, trouble: 30, fault: 25, otherWindow: 8, rivals: 20 };

/** The app gives up on a backend that dies again and again within a minute; two deaths are forgiven. */
const KILL_PAUSE_MS = 61_000;

export interface ActionReport {
  readonly actions: number;
  readonly revisions: number;
  readonly problems: readonly string[];
}

/** Does `count` random actions in one host. @param faults things happen to the project's files meanwhile, too (faults.ts) */
export async function randomActions(
  chromium: Chromium,
  host: HostName,
  seed: number,
  count: number,
  faults = false,
): Promise<ActionReport> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-actions-'));
  const disk = faults ? ownDisk(dir) : NO_DISK;
  const project = join(dir, 'project');
  const log: string[] = [];
  try {
    await makeLargeProject(project, SAMPLES, [24, 24], PICTURE);
    const ids = Array.from({ length: SAMPLES }, (_, n) => n + 1);
    const { labels, dropped } = predictions(project, ids);
    const store = new StoreModel(labels, dropped, addSecondRun(project, ids).label);
    try {
      await play(chromium, host, seed, count, { project, store, faults, ownDisk: disk.mounted }, log);
    } catch (thrown) {
      const last = log.slice(-6).join(' · ');
      return report(count, store, [`seed ${seed}, action ${log.length}: ${String(thrown)}\nafter ${last}`]);
    }
    return report(count, store, differences(project, store));
  } finally {
    disk.release();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function play(
  chromium: Chromium,
  host: HostName,
  seed: number,
  count: number,
  { project, store, faults, ownDisk }: Omit<World, 'players'> & { readonly faults: boolean },
  log: string[],
): Promise<void> {
  const random = seededRandom(seed);
  const chance = (oneIn: number) => random() * oneIn < 1;
  const electron = host === 'Electron' ? await openInElectron(chromium, project) : null;
  const app: HostedPage = electron ?? (await openInBrowserHost(chromium, project));
  try {
    const windows = [app];
    if (!electron) {
      const second = await newWindow(app.page);
      await second.setViewportSize(app.page.viewportSize()!);
      windows.push(await openPage(second, host, () => second.close()));
      await second.goto(app.page.url());
    }
    const players = windows.map(({ page }) => new Player(page, store, random));
    for (const player of players) await player.begin();
    const kills: number[] = [];
    let player = players[0];
    await player.page.bringToFront();
    while (log.length < count) {
      if (players.length > 1 && chance(EVERY.otherWindow)) {
        // Whoever goes to the other window finds there what was just decided in this one.
        await player.review.saved();
        player = players[1 - players.indexOf(player)];
        await player.page.bringToFront();
        await player.agrees();
        log.push('other window');
      } else if (players.length > 1 && chance(EVERY.rivals)) {
        const other = players[1 - players.indexOf(player)];
        log.push(await rivals(player, other, random, store, (sample) => revisionsOf(project, sample)));
        await player.page.bringToFront();
      } else if (faults && chance(EVERY.fault)) {
        log.push('fault');
        log.push(await fault({ project, store, players, ownDisk }, player));
        await player.calm();
      } else if (chance(EVERY.reload)) {
        await player.reload();
        log.push('reload');
      } else if (
        chance(EVERY.trouble) &&
        (!electron || kills.length < 2 || Date.now() - kills.at(-2)! > KILL_PAUSE_MS)
      ) {
        kills.push(Date.now());
        log.push(electron ? 'backend killed' : 'slow disk');
        const before = electron?.backendPid();
        if (before !== undefined) process.kill(before, 'SIGKILL');
        const slow = electron ? null : await slowDisk(project, 300 + random() * 600);
        log.push(await player.act(electron !== null));
        await slow?.over;
        // Until another backend is there the page may not know yet that the one before is gone.
        while (electron && electron.backendPid() === before) await player.page.waitForTimeout(50);
        await player.calm();
      } else log.push(await player.act());
      await player.agrees();
    }
    for (const each of players) await each.review.saved();
    const complaints = windows.flatMap((window) => window.complaints);
    // A page whose backend was just killed may complain of that one call; nothing else may.
    if (!electron && complaints.length > 0) throw new Error(`the page complained: ${complaints.join('\n')}`);
  } finally {
    await app.close();
  }
}

/** What the run on screen says of each sample, and which a rule dropped. */
function predictions(path: string, ids: readonly number[]) {
  const project = openProject(path);
  try {
    const found = ids.map((id) => [id, sampleDetail(project.db, id).prediction!] as const);
    return {
      labels: new Map(found.map(([id, { label }]) => [id, Int8Array.from(label)])),
      dropped: new Set(found.filter(([, { dropped }]) => dropped !== null).map(([id]) => id)),
    };
  } finally {
    project.close();
  }
}

/** Every sample whose revisions, flags or notes are not the model's: lost, doubled, misplaced or different. */
function differences(path: string, store: StoreModel): string[] {
  const project = openProject(path);
  try {
    return [...store.predicted.keys()].flatMap((id) => {
      const found = marked(revisionsIn(project, id), flagsOf(project.db, id), notesOf(project.db, id));
      const [flags, note] = [[...store.flagsOf(id)].sort(), store.noteOn(id)];
      const expected = marked(store.of(id), flags, note === '' ? [] : [{ text: note }]);
      if (isDeepStrictEqual(found, expected)) return [];
      return [`sample ${id}: the store holds ${inWords(found)}, the model ${inWords(expected)}`];
    });
  } finally {
    project.close();
  }
}

interface Marked {
  readonly revisions: readonly Revision[];
  readonly flags: readonly string[];
  readonly notes: readonly string[];
}

function marked(
  revisions: readonly Revision[],
  flags: readonly string[],
  notes: readonly { readonly text: string }[],
): Marked {
  return { revisions, flags, notes: notes.map(({ text }) => text) };
}

function inWords({ revisions, flags, notes }: Marked): string {
  const all = revisions.map(({ decision, note }) => (note === null ? decision : `${decision} “${note}”`));
  return `[${all.join(', ')}] ${[...flags, ...notes].join(', ')}`.trim();
}

function revisionsOf(path: string, sample: number): Revision[] {
  const project = openProject(path);
  try {
    return revisionsIn(project, sample);
  } finally {
    project.close();
  }
}

/** Oldest first. */
function revisionsIn({ db }: Project, sample: number): Revision[] {
  return reviewHistory(db, sample).map(({ decision, label, note }) => ({
    decision,
    label: label && Int8Array.from(label),
    note,
  }));
}

function report(actions: number, store: StoreModel, problems: readonly string[]): ActionReport {
  const revisions = [...store.revisions.values()].reduce((sum, all) => sum + all.length, 0);
  return { actions, revisions, problems };
}
