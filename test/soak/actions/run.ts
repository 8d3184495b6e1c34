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
import { checkPictures } from '../../../src-main/jobs/pictures/check.ts';
import { flagsOf, notesOf } from '../../../src-main/store/samples/annotation.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { reviewHistory } from '../../../src-main/store/reviews/review.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { makeLargeProject } from '../../bench/ui/large-project.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import { openInElectron } from '../../e2e/support/electron-app.ts';
import { newWindow } from '../../e2e/support/new-window.ts';
import { openPage, type HostedPage, type HostName } from '../../e2e/support/hosted-page.ts';
import { addSecondRun } from '../../e2e/support/second-run.ts';
import { seededRandom } from '../../support/random.ts';
import { fault, NO_DISK, ownDisk } from './faults.ts';
import { missingFromJournal } from './journal.ts';
import { StoreModel, type Revision } from './model.ts';
import { PictureModel } from './pictures.ts';
import { Player } from './player.ts';
import { rivals } from './rivals.ts';
import { slowDisk } from './slow-disk.ts';
import type { World } from './world.ts';

const SAMPLES = 30;
/** Width and height; small, for what is drawn is not what is asked here. */
const PICTURE = [320, 240] as const;
/** One action in so many is one of these instead. */
const EVERY = { reload: 25, trouble: 30, fault: 25, otherWindow: 8, rivals: 20 };

/** The app gives up on a backend that dies again and again within a minute; two deaths are forgiven. */
const KILL_PAUSE_MS = 61_000;

const OF_THE_BROWSER =
  /^Failed to load resource: (the server responded with a status of (404|503)|net::ERR_(CONNECTION|EMPTY))|^WebSocket connection to/;

export type Happened = Record<string, readonly [times: number, ms: number]>;

export interface ActionReport {
  /** That were done. */
  readonly actions: number;
  /** Each action and fault by its name: how often it was, and the milliseconds that it took, checks included. */
  readonly happened: Happened;
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
  const happened: Happened = {};
  try {
    await makeLargeProject(project, SAMPLES, [24, 24], PICTURE);
    const ids = Array.from({ length: SAMPLES }, (_, n) => n + 1);
    const idOf = (id: number) => `s${String(id).padStart(6, '0')}`;
    const { labels, dropped } = predictions(project, ids);
    const { label } = addSecondRun(project, ids);
    await takeFingerprints(project);
    const store = new StoreModel(labels, dropped, label, new PictureModel(PICTURE));
    try {
      await play(
        chromium,
        host,
        seed,
        count,
        { project, store, faults, ownDisk: disk.mounted },
        log,
        happened,
      );
    } catch (thrown) {
      const last = log.slice(-6).join(' · ');
      return report(log, store, happened, [
        `seed ${seed}, action ${log.length}: ${String(thrown)}\nafter ${last}`,
      ]);
    }
    const problems = [...differences(project, store), ...(await missingFromJournal(project, store, idOf))];
    return report(log, store, happened, problems);
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
  { project, store, faults, ownDisk }: Omit<World, 'players' | 'host'> & { readonly faults: boolean },
  log: string[],
  happened: Happened,
): Promise<void> {
  const random = seededRandom(seed);
  const chance = (oneIn: number) => random() * oneIn < 1;
  const electron = host === 'Electron' ? await openInElectron(chromium, project) : null;
  const served = electron ? null : await openInBrowserHost(chromium, project);
  const app = electron ?? served!;
  try {
    const windows: HostedPage[] = [app];
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
      const started = performance.now();
      if (players.length > 1 && chance(EVERY.otherWindow)) {
        // Whoever goes to the other window finds there what was just decided in this one.
        await player.saved();
        player = players[1 - players.indexOf(player)];
        await player.page.bringToFront();
        await player.agrees();
        log.push('other window');
      } else if (players.length > 1 && chance(EVERY.rivals)) {
        const other = players[1 - players.indexOf(player)];
        log.push(await rivals(player, other, random, store, (sample) => revisionsOf(project, sample)));
        await player.page.bringToFront();
      } else if (faults && chance(EVERY.fault)) {
        log.push(await fault({ project, store, players, ownDisk, host: served }, player));
        await player.calm();
      } else if (chance(EVERY.reload)) {
        await player.reload();
        log.push('reload');
      } else if (
        chance(EVERY.trouble) &&
        (!electron || kills.length < 2 || Date.now() - kills.at(-2)! > KILL_PAUSE_MS)
      ) {
        kills.push(Date.now());
        const before = electron?.backendPid();
        if (before !== undefined) process.kill(before, 'SIGKILL');
        const slow = electron ? null : await slowDisk(project, 300 + random() * 600);
        const done = await player.act(electron !== null);
        log.push(`${electron ? 'backend killed' : 'slow disk'} under ${done}`);
        await slow?.over;
        // Until another backend is there the page may not know yet that the one before is gone.
        while (electron && electron.backendPid() === before) await player.page.waitForTimeout(50);
        await player.calm();
      } else log.push(await player.act());
      await player.agrees();
      addTo(happened, nameOf(log.at(-1)!), 1, performance.now() - started);
    }
    for (const each of players) await each.saved();
    // The browser itself complains of each attempt to reach a host that is gone, or a picture whose sample or folder is.
    const complaints = windows
      .flatMap((window) => window.complaints)
      .filter((words) => !OF_THE_BROWSER.test(words));
    // A page whose backend was just killed may complain of that one call; nothing else may.
    if (!electron && complaints.length > 0) throw new Error(`the page complained: ${complaints.join('\n')}`);
  } finally {
    await app.close();
  }
}

/** Of every picture, as the host takes them when it has time: one that comes back is known again by its own. */
async function takeFingerprints(path: string): Promise<void> {
  const project = openProject(path);
  try {
    await checkPictures(project, { fingerprint: true, stopped: () => false, onProgress: () => undefined });
  } finally {
    project.close();
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
      if (sampleState(project.db, id) === null) return store.isRemoved(id) ? [] : [`sample ${id} is gone`];
      if (store.isRemoved(id)) return [`sample ${id} is there, although it was removed`];
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

/** Counts what happened. */
export function addTo(happened: Happened, name: string, times: number, ms: number): void {
  const [before, took] = happened[name] ?? [0, 0];
  happened[name] = [before + times, Math.round(took + ms)];
}

/** Of `reject on 12` the action, of `slow disk under reject on 12` the fault. */
function nameOf(entry: string): string {
  return entry.replace(/ (on \d|under ).*$/, '');
}

function report(
  log: readonly string[],
  store: StoreModel,
  happened: Happened,
  problems: readonly string[],
): ActionReport {
  const revisions = [...store.revisions.values()].reduce((sum, all) => sum + all.length, 0);
  return { actions: log.length, revisions, happened, problems };
}
