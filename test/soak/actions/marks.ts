/** Words and flags: the note on the decision, a step that undo takes back; flags and notes on the sample at hand, which are none. */
import type { Page } from 'playwright-core';
import { FLAGS } from '../../../src-renderer/queue/marks.ts';
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
    note: async () => {
      const note = `note ${player.below(5)}`;
      await player.press('m');
      await page.keyboard.press('Control+a');
      await page.keyboard.type(note);
      await player.press('Enter');
      player.model.step(player.sample, { note });
    },
    composedNote: async () => {
      const note = `音 ${player.below(5)}`;
      await player.press('m');
      await page.keyboard.press('Control+a');
      await compose(page, note);
      await player.press('Enter');
      player.model.step(player.sample, { note });
    },
    words: async () => {
      const text = player.below(4) === 0 ? '' : `words ${player.below(5)}`;
      await player.press('n');
      await typeWords(player, text, text !== '' && player.below(3) === 0 ? compose : type);
      await player.press('Escape');
      await page.locator('[data-note-state=Saved], [data-note-state=""]').waitFor({ state: 'attached' });
    },
  };
}

type Typing = (page: Page, text: string) => Promise<void>;

const type: Typing = (page, text) => page.keyboard.type(text);

/** By an input method, whose Enter ends a word: not the note, nor is it a decision. */
const compose: Typing = async (page, text) => {
  const input = await page.context().newCDPSession(page);
  try {
    await input.send('Input.imeSetComposition', { text: 'おと', selectionStart: 2, selectionEnd: 2 });
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
    await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    await input.send('Input.insertText', { text });
  } finally {
    await input.detach();
  }
};

/** In place of what stands in the field for the words on a sample, which has the keyboard. */
export async function typeWords(player: Player, text: string, by: Typing = type): Promise<void> {
  await player.page.locator('[data-sample-note][aria-busy=false]:focus').waitFor();
  await player.press('Control+a', 'Delete');
  await by(player.page, text);
  player.store.writeNote(player.sample, text);
}
