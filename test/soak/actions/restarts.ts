/**
 * The host ends as a crash ends it, somebody goes on deciding, and it begins again: where it was, on another port, or, where
 * another program has taken its port, at an address that the page does not know. Then the decisions go there as a file.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Player } from './player.ts';
import { WAIT, type Fault, type World } from './world.ts';

/** What is on its way ahead is here by then; what is not is not waited for. */
const AHEAD = { timeout: 1500 };

export const restartHere: Fault = (world, player) => restart(world, player, 'same port');
export const restartElsewhere: Fault = (world, player) => restart(world, player, 'another port');

async function restart(world: World, player: Player, where: 'same port' | 'another port'): Promise<void> {
  const host = world.host!;
  await host.kill();
  await decideAlone(player);
  await host.begin(where);
  await backIn(world, player);
}

/** The page cannot come back: it says so, and hands its decisions over. */
export const portTaken: Fault = async (world, player) => {
  const host = world.host!;
  await host.kill();
  const stranger = await listen(host.port);
  try {
    const unsaved = await decideAlone(player);
    const { page } = player;
    await page.getByText('If you started Fovea again').waitFor(WAIT);
    const file = join(dirname(world.project), 'handed.decisions.jsonl');
    if (unsaved > 0) await saveAsFile(page, unsaved, file);
    const url = await host.begin('another port');
    for (const each of world.players) {
      // Leaving what is not saved is asked about.
      const leave = (dialog: { accept(): Promise<void> }) => void dialog.accept();
      each.page.on('dialog', leave);
      await each.page.bringToFront();
      await each.page.goto(each === world.players[0] ? url : new URL('/', url).href);
      each.page.off('dialog', leave);
      each.model.reloaded();
      await each.begin();
    }
    await player.page.bringToFront();
    if (unsaved > 0) await takeOver(player, file);
  } finally {
    stranger.close();
  }
  await backIn(world, player);
};

async function saveAsFile(page: Page, decisions: number, file: string): Promise<void> {
  const button = page.getByRole('button', { name: /^Save \d+ decisions? as a file$/ });
  await button.waitFor(WAIT);
  const words = `Save ${decisions} ${decisions === 1 ? 'decision' : 'decisions'} as a file`;
  assert.equal((await button.textContent())?.trim(), words);
  const [download] = await Promise.all([page.waitForEvent('download', WAIT), button.click(WAIT)]);
  await download.saveAs(file);
}

async function takeOver(player: Player, file: string): Promise<void> {
  const { page } = player;
  await player.press('Alt+d');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser', WAIT),
    page.getByRole('button', { name: 'Import them…' }).click(WAIT),
  ]);
  await chooser.setFiles(file);
  await page.getByText(/decisions? (?:imported|saved that an earlier page could not save)$/).waitFor(WAIT);
  await player.press('Alt+r');
  await player.arrive(player.sample);
}

/** Rejects samples, and changes one, as far as they are here. @returns how many decisions that makes */
async function decideAlone(player: Player): Promise<number> {
  const { page, store } = player;
  await page.getByText('Connection lost').waitFor(WAIT);
  const before = store.answered.length;
  for (let n = player.below(3); n >= 0; n--) {
    const [at, next] = [player.sample, player.neighbour(1)];
    await player.press('x');
    player.model.step(at, { decision: 'reject' }, { goesOn: next !== at });
    player.sample = next;
    const here = await page
      .locator(`[data-shown="${next}"]`)
      .waitFor(AHEAD)
      .then(() => page.locator('[data-current-state]').waitFor(AHEAD))
      // A list that is on its way has no row for it: nothing is taken then, and the page says so.
      .then(() => page.locator(`button[aria-current=true][data-sample="${next}"]`).waitFor(AHEAD))
      .then(() => true)
      .catch(() => false);
    if (!here) break;
    if (n === 0) await player.grow();
  }
  return store.answered.length - before;
}

/** Every window is connected again and has saved what it had. */
async function backIn({ players }: World, player: Player): Promise<void> {
  for (const each of players) {
    await each.page.bringToFront();
    await each.calm();
  }
  await player.page.bringToFront();
}

async function listen(port: number): Promise<Server> {
  const stranger = createServer((_request, response) => response.end('not Fovea')).listen(port, '127.0.0.1');
  await once(stranger, 'listening');
  return stranger;
}
