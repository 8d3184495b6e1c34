/** Flags and notes on the sample at hand: no decisions, and no steps that undo takes back. */
import { FLAGS } from '../../../src-renderer/logic/marks.ts';
import type { Actions } from './model.ts';
import type { Player } from './player.ts';

const KEYS = ['7', '8', '9'];

export function markActions(player: Player): Actions {
  const { page, store } = player;
  return {
    flag: async () => {
      const n = player.below(FLAGS.length);
      await player.press(KEYS[n]);
      store.flag([player.sample], FLAGS[n], !store.flagsOf(player.sample).has(FLAGS[n]));
    },
    words: async () => {
      const text = player.below(4) === 0 ? '' : `words ${player.below(5)}`;
      await player.press('n');
      await typeWords(player, text);
      await player.press('Escape');
      await page.locator('[data-note-state=Saved], [data-note-state=""]').waitFor({ state: 'attached' });
    },
  };
}

/** In place of what stands in the field for the words on a sample, which has the keyboard. */
export async function typeWords(player: Player, text: string): Promise<void> {
  await player.page.locator('[data-sample-note][aria-busy=false]:focus').waitFor();
  await player.press('Control+a', 'Delete');
  await player.page.keyboard.type(text);
  player.store.writeNote(player.sample, text);
}
