/** What can be asked of the model about the sample on screen, and whether its attention matters. */
import { feature } from '../shell/feature.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { Asking, setAsking } from './asking.svelte.ts';
import { Causal, setCausal } from './causal.svelte.ts';
import { COMMANDS, TAB } from './commands.ts';
import TryPanel from './TryPanel.svelte';

export default feature({
  name: 'asking',
  commands: COMMANDS,
  tabs: [{ ...TAB, component: TryPanel }],
  begin() {
    const session = getSession();
    setAsking(new Asking(session, session.slot));
    setCausal(new Causal(session, session.slot));
    return { acts: {} };
  },
});
