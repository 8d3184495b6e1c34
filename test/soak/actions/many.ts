/** Deciding several samples at once in the gallery, with the audit that comes first, and taking it back. */
import { undoneWords } from '../../../src-renderer/batches/batch.ts';
import { FLAGS } from '../../../src-renderer/queue/marks.ts';
import { toGallery } from './lists.ts';
import type { Actions } from './model.ts';
import type { Player } from './player.ts';

const WAIT = { timeout: 20_000 };
/** Of so many audits one finds something wrong. */
const WRONG = 5;

export function manyActions(player: Player): Actions {
  const { page, store } = player;
  const back = async (): Promise<void> => {
    await player.press('Alt+r');
    await player.arrive(player.sample);
  };
  return {
    acceptMany: async () => {
      await decideMany(player, 'accept');
      await back();
    },

    rejectMany: async () => {
      await decideMany(player, 'reject');
      await back();
    },

    undoMany: async () => {
      await player.saved();
      await player.press('Alt+g');
      await page.getByRole('listbox').waitFor(WAIT);
      await undoMany(player);
      await back();
    },

    flagMany: async () => {
      const chosen = await choose(player);
      const flag = FLAGS[player.below(FLAGS.length)];
      const on = !chosen.every((sample) => store.flagsOf(sample).has(flag));
      const changed = store.flag(chosen, flag, on);
      await player.press(String(7 + FLAGS.indexOf(flag)));
      if (chosen.length > 1) {
        const words = on ? 'Flagged' : 'Removed the flag from';
        const notice = page.getByRole('group', { name: new RegExp(`^${words} ${changed.length} sample`) });
        await notice.waitFor(WAIT);
        const undo = player.below(2) === 0;
        await notice.getByRole('button', { name: undo ? 'Undo' : 'Dismiss' }).click();
        if (undo) store.flag(changed, flag, !on);
      }
      await back();
    },
  };
}

/** Chooses a few tiles in a row. @returns their samples */
export async function choose(player: Player): Promise<number[]> {
  const { page, list } = player;
  const first = player.below(list.length);
  const chosen = list.slice(first, first + 1 + player.below(6));
  await player.saved();
  await toGallery(player, chosen[0]);
  await player.press(...chosen.slice(1).map(() => 'Shift+ArrowRight'));
  player.sample = chosen.at(-1)!;
  await page.getByText(new RegExp(`^${chosen.length} samples? selected$`)).waitFor(WAIT);
  return chosen;
}

async function decideMany(player: Player, decision: 'accept' | 'reject'): Promise<void> {
  const { page, store } = player;
  const chosen = await choose(player);
  const taken = store.takenBy(decision, chosen);
  await player.press(decision === 'accept' ? 'a' : 'x');
  const dialog = page.getByRole('dialog');
  if (taken.length === 0) {
    await dialog.getByText(`There is nothing to ${decision} among them.`).waitFor(WAIT);
    await player.press('Escape');
  } else {
    await dialog.getByRole('button', { name: `Look at ${taken.length} first` }).press('Enter');
    const refused = player.below(WRONG) === 0;
    for (let n = 0; n < (refused ? 1 : taken.length); n++) {
      await dialog.getByText(`${n} of ${taken.length}`).waitFor(WAIT);
      await dialog.locator('button[data-tip^="Right"]:enabled').waitFor(WAIT);
      await player.press(refused ? 'x' : 'Enter');
    }
    const words = decision === 'accept' ? 'Accept' : 'Reject';
    const decide = dialog.getByRole('button', { name: new RegExp(`^${words} \\d+ samples?$`) });
    if (refused) {
      await dialog.getByText('The audit has not passed').waitFor(WAIT);
      await dialog.getByRole('button', { name: 'End the audit' }).press('Enter');
    } else {
      await decide.press('Enter');
      player.model.decideMany(decision, taken);
    }
  }
  await dialog.waitFor({ state: 'detached', ...WAIT });
}

async function undoMany(player: Player): Promise<void> {
  const { page, model, store } = player;
  const { lastBatch } = model;
  await player.press('Control+z');
  if (!lastBatch) {
    await page.getByRole('dialog', { name: 'Batches' }).waitFor(WAIT);
    await player.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached', ...WAIT });
    return;
  }
  const undone = model.undoMany(lastBatch);
  const there = [...lastBatch.keys()].filter((sample) => !store.isRemoved(sample)).length;
  const words = undoneWords({ undone, keptAsDecided: there - undone });
  const notice = page.getByRole('group', { name: words, exact: true });
  await notice.waitFor(WAIT);
  await notice.getByRole('button', { name: 'Dismiss' }).click();
}
