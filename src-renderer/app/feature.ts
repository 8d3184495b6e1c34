/** What stands above every page: projects, the palette, the key sheet, the review page that features fill. */
import CommandPalette from '../shell/CommandPalette.svelte';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import HelpSheet from '../shell/HelpSheet.svelte';
import { getSession } from '../shell/session.svelte.ts';
import { getTheme, THEMES } from '../shell/theme.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import ProjectsDialog from './ProjectsDialog.svelte';
import ReviewerDialog from './ReviewerDialog.svelte';
import ReviewPage from './ReviewPage.svelte';

export default feature({
  name: 'app',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: ReviewPage }],
  dialogs: { projects: ProjectsDialog, reviewer: ReviewerDialog, palette: CommandPalette, help: HelpSheet },
  begin() {
    const [session, theme, frame] = [getSession(), getTheme(), getFrame()];
    const { room } = frame;
    return {
      acts: {
        projects: () => {
          session.problem = null;
          frame.sheet = 'projects';
        },

        reviewer: () => void (frame.sheet = 'reviewer'),

        queuePanel: () => room.showQueue(),
        dockPanel: () => room.showDock(),
        panesAlone: () => room.showAlone(),

        palette: () => void (frame.sheet = 'palette'),
        help: () => void (frame.sheet = frame.sheet === 'help' ? null : 'help'),
      },
      givesUp: [
        {
          on: 'review',
          giveUp: () => {
            const was = room.alone;
            room.showAlone(false);
            return was;
          },
        },
      ],
      offers: () =>
        THEMES.filter((one) => one !== theme.choice).map((one) => ({
          id: `theme-${one}`,
          words: `Theme: ${one}`,
          key: null,
          run: () => theme.choose(one),
        })),
    };
  },
});
