/** Where each token of question and answer looks. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { getPanes } from '../panes/panes.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, TAB } from './commands.ts';
import { setTokenLab, TokenLab } from './token-lab.svelte.ts';
import { tokenProvider, watchTokens } from './token-provider.svelte.ts';
import TokensPanel from './TokensPanel.svelte';

export default feature({
  name: 'tokens',
  commands: COMMANDS,
  tabs: [{ ...TAB, component: TokensPanel }],
  begin() {
    const [session, desk, panes, frame] = [getSession(), getDesk(), getPanes(), getFrame()];
    const lab = setTokenLab(new TokenLab(session, session.slot));
    panes.provide('token', tokenProvider(lab));
    return { acts: {}, onPage: { review: () => watchTokens(lab, desk, panes, frame) } };
  },
});
