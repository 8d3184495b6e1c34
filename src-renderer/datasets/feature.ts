/** Frozen versions of the data set: made, looked at, compared, written out again. */
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import DatasetsPage from './DatasetsPage.svelte';
import { Freezing, setFreezing } from './freezing.svelte.ts';
import { Frozen, setFrozen } from './frozen.svelte.ts';

export default feature({
  name: 'datasets',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: DatasetsPage }],
  begin() {
    const [session, frame] = [getSession(), getFrame()];
    const frozen = setFrozen(new Frozen(session));
    frozen.isShown = () => frame.page === PAGE.id;
    setFreezing(new Freezing(session, `${session.slot}-freeze`));
    return { acts: {} };
  },
});
