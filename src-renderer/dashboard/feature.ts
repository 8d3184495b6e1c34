/** The project in numbers; each opens the samples it counts. */
import { feature } from '../shell/feature.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import { Dashboard, setDashboard } from './dashboard.svelte.ts';
import DashboardPage from './DashboardPage.svelte';
import { Keeping, setKeeping } from './keeping.svelte.ts';
import { setSpace, Space } from './space.svelte.ts';

export default feature({
  name: 'dashboard',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: DashboardPage }],
  begin() {
    const session = getSession();
    setDashboard(new Dashboard(session));
    setSpace(new Space(session));
    setKeeping(new Keeping(session, getNotices()));
    return { acts: {} };
  },
});
