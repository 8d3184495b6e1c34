/** The recipe of a label on dials: tried on one sample, applied to many, kept as a preset. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { getPanes } from '../panes/panes.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, TAB } from './commands.ts';
import PresetDialog from './PresetDialog.svelte';
import { Presets, setPresets } from './presets.svelte.ts';
import { RecipeTrial, setRecipeTrial, watchTrial } from './recipe.svelte.ts';
import RecipePanel from './RecipePanel.svelte';
import { Relabel, setRelabel } from './relabel.svelte.ts';
import RelabelDialog from './RelabelDialog.svelte';
import SavedPresetsDialog from './SavedPresetsDialog.svelte';
import { setSpreads, Spreads } from './spreads.svelte.ts';

export default feature({
  name: 'recipe',
  commands: COMMANDS,
  tabs: [{ ...TAB, component: RecipePanel }],
  dialogs: { relabel: RelabelDialog, savePreset: PresetDialog, presets: SavedPresetsDialog },
  begin() {
    const [session, notices] = [getSession(), getNotices()];
    const recipe = setRecipeTrial(new RecipeTrial(session, getDesk(), getPanes(), notices));
    setRelabel(new Relabel(session, getQueue(), recipe, notices));
    setSpreads(new Spreads(session, recipe));
    setPresets(new Presets(session, recipe, notices));
    return {
      acts: { applyRecipe: () => void recipe.applyHere() },
      givesUp: [{ on: 'review', giveUp: () => recipe.reset() }],
      onPage: { review: () => watchTrial(recipe) },
    };
  },
});
