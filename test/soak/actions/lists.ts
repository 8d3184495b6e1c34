/** Other lists and other pages, with decisions made there: a filter, similar samples, the gallery, the dashboard. */
import { FLAGS } from '../../../src-renderer/queue/marks.ts';
import { typeWords } from './marks.ts';
import { SHOWN_AS, type Actions } from './model.ts';
import type { Player } from './player.ts';

const WAIT = { timeout: 20_000 };
const DECISIONS = ['none', 'accept', 'correct', 'reject'] as const;
/** What decides something on the review page, and elsewhere something else or nothing. */
const MEANINGLESS = ['x', 'Enter', '.', ',', 'Control+z', 'Control+y'];

export function listActions(player: Player): Actions {
  const { page, store } = player;
  return {
    gallery: async () => {
      // Looking at other samples there decides nothing, and what was done here can still be undone.
      await toGallery(player, player.list[player.below(player.list.length)]);
      if (player.below(2) === 0) {
        await player.press('n');
        await typeWords(player, `from the gallery ${player.below(3)}`);
        await player.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached', ...WAIT });
      }
      await player.press('Enter');
      await player.arrive(player.sample);
    },

    filtered: async () => {
      await player.saved();
      const decision = DECISIONS[player.below(DECISIONS.length)];
      const found = store.samples.filter((sample) => store.found(sample).decision === decision);
      const chip = page.locator(`[data-filter=${SHOWN_AS[decision]}][data-count="${found.length}"]`);
      await chip.waitFor(WAIT);
      await chip.click();
      await listIs(player, found);
      if (found.length > 0) {
        await player.arrive(found.includes(player.sample) ? player.sample : found[0]);
        // What a decision takes out of the filter keeps its place in the list.
        for (let n = player.below(4); n >= 0; n--) await inFilter(player);
      } else player.sample = store.samples[0];
      await player.press('Shift+C');
      await listIs(player, store.samples);
      await player.arrive(player.sample);
    },

    similar: async () => {
      const subject = player.sample;
      await player.press('Shift+M');
      await page.getByTestId('similar').waitFor(WAIT);
      await page.locator(`[data-tile="${subject}"][aria-posinset="1"].current`).waitFor(WAIT);
      const steps = 1 + player.below(4);
      await page.getByRole('listbox').focus();
      await player.press(...Array.from({ length: steps }, () => 'ArrowRight'));
      const chosen = page.locator(`[role=option].current[aria-posinset="${steps + 1}"]`);
      await chosen.waitFor(WAIT);
      player.sample = Number(await chosen.getAttribute('data-tile'));
      const flag = FLAGS[player.below(FLAGS.length)];
      await player.press(String(7 + FLAGS.indexOf(flag)));
      store.flag([player.sample], flag, !store.flagsOf(player.sample).has(flag));
      await player.press('Enter');
      await player.arrive(player.sample);
      await player.press('x');
      player.model.step(player.sample, { decision: 'reject' }, { goesOn: true });
      await page.locator(`[aria-current=true]:not([data-sample="${player.sample}"])`).waitFor(WAIT);
      await player.press('Shift+Backspace');
      await listIs(player, store.samples);
      await player.arrive(subject);
    },

    otherPage: async () => {
      const name = ['Dashboard', 'Models', 'Gallery'][player.below(3)];
      await player.press(`Alt+${name[0]!.toLowerCase()}`);
      await page.getByRole('tab', { name, selected: true }).waitFor(WAIT);
      // In the gallery, Enter leads back and Ctrl+Z takes back a batch: those are other actions.
      const keys = name === 'Gallery' ? ['Escape', 'x', '.', 'Control+y'] : MEANINGLESS;
      await player.press(keys[player.below(keys.length)], 'Alt+r');
      await player.arrive(player.sample);
    },
  };
}

/** Opens the gallery and chooses one tile there by keys. */
export async function toGallery(player: Player, sample: number): Promise<void> {
  const { page } = player;
  await player.press('Alt+g');
  await page.locator('[role=option].current').waitFor(WAIT);
  await page.getByRole('listbox').focus();
  const [from, to] = [player.list.indexOf(player.sample), player.list.indexOf(sample)];
  // From the sample at hand, or from the first one where that is nearer.
  const near = from >= 0 && to !== from && Math.abs(to - from) <= to;
  const by = near ? to - from : to;
  const steps = Array.from({ length: Math.abs(by) }, () => (by < 0 ? 'ArrowLeft' : 'ArrowRight'));
  await player.press(...(near ? [] : ['Home']), ...steps);
  await page.locator(`[role=option].current[data-tile="${sample}"][aria-selected=true]`).waitFor(WAIT);
  player.sample = sample;
}

async function inFilter(player: Player): Promise<void> {
  const actions = [
    () => player.decide('Enter'),
    () => player.decide('x'),
    () => player.step(1),
    () => player.step(-1),
    () => player.travel(-1),
    () => player.travel(1),
  ];
  await actions[player.below(actions.length)]!();
  await player.agrees();
}

async function listIs(player: Player, samples: readonly number[]): Promise<void> {
  const name = `${samples.length} ${samples.length === 1 ? 'sample' : 'samples'}`;
  await player.page
    .locator(`[role=list][aria-busy=false][aria-label="${name}"]`)
    .waitFor({ ...WAIT, state: 'attached' })
    .catch((cause: unknown) => {
      throw new Error(`the list is not ${name}`, { cause });
    });
  player.list = samples.length === 0 ? player.list : samples;
}
