/** Every job of the project in one place: how it stands, what it failed on, and what can be asked of it. */
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import { JobBoard, setJobBoard } from './job-board.svelte.ts';
import JobsPage from './JobsPage.svelte';

export default feature({
  name: 'steering',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: JobsPage }],
  begin() {
    const frame = getFrame();
    const board = setJobBoard(new JobBoard(getSession(), getNotices()));
    board.isShown = () => frame.page === PAGE.id;
    return { acts: {} };
  },
});
