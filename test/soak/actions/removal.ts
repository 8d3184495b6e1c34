/** Taking samples out of the project from the gallery, with the question that comes first; nothing of them stays but the journal. */
import assert from 'node:assert/strict';
import { choose } from './many.ts';
import type { Actions } from './model.ts';
import type { Player } from './player.ts';

const WAIT = { timeout: 20_000 };
/** So many stay. */
const LEFT = 16;
/** Of so many who ask, one keeps them. */
const KEEPS = 3;

export function removalActions(player: Player): Actions {
  return { remove: () => remove(player) };
}

async function remove(player: Player): Promise<void> {
  const { page, store } = player;
  const chosen = await choose(player);
  const keeps = player.below(KEEPS) === 0 || store.samples.length - chosen.length < LEFT;
  await page
    .getByRole('toolbar', { name: 'Selected samples' })
    .getByRole('button', { name: 'Remove…' })
    .click();
  const words = `Remove ${chosen.length} ${chosen.length === 1 ? 'sample' : 'samples'}?`;
  const dialog = page.getByRole('dialog', { name: words });
  await dialog.waitFor(WAIT);
  const decided = chosen.filter((sample) => store.found(sample).decision !== 'none').length;
  const goes = (await dialog.getByTestId('goes').textContent()) ?? '';
  assert.match(goes, new RegExp(`\\b${decided} decided,\\s+${chosen.length} labelled`));
  await dialog.getByRole('button', { name: keeps ? 'Keep them' : 'Remove', exact: true }).click();
  await dialog.waitFor({ ...WAIT, state: 'detached' }).catch(async (cause: unknown) => {
    throw new Error(`the dialog stays: ${await dialog.textContent()}`, { cause });
  });
  if (!keeps) {
    const before = player.list;
    store.remove(chosen);
    const left = store.samples.length;
    await page.locator(`[role=listbox][aria-label^="${left} "]`).waitFor(WAIT);
    // What comes after them takes their place.
    const after = before.slice(before.indexOf(chosen.at(-1)!) + 1);
    player.sample = after[0] ?? store.samples.at(-1)!;
  }
  await player.press('Alt+r');
  await player.arrive(player.sample);
}
