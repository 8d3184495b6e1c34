/** Every head of the model on the sample on screen, ranked; the chosen ones make the recipe's map. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { getPanes } from '../panes/panes.svelte.ts';
import { getRecipeTrial } from '../recipe/recipe.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, TAB } from './commands.ts';
import { Heads, setHeads, watchHeads } from './heads.svelte.ts';
import HeadsPanel from './HeadsPanel.svelte';
import { HeadRanker, setHeadRanker } from './ranking.svelte.ts';
import RankHeadsDialog from './RankHeadsDialog.svelte';

export default feature({
  name: 'heads',
  commands: COMMANDS,
  dialogs: { rankHeads: RankHeadsDialog },
  tabs: [{ ...TAB, component: HeadsPanel, tall: true }],
  begin() {
    const [session, desk, panes] = [getSession(), getDesk(), getPanes()];
    const frame = getFrame();
    const ranker = setHeadRanker(new HeadRanker(session, `${session.slot}-ranking`));
    const heads = setHeads(new Heads({ session, desk, panes }, getRecipeTrial(), ranker, session.slot));
    return {
      acts: { 'rank-heads': () => void (frame.sheet = 'rankHeads') },
      onPage: { review: () => watchHeads(heads, desk, panes) },
    };
  },
});
