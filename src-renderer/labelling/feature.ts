/** Labelling many samples: asked about first, in numbers; the runs it made, and the way back from one. */
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { Labelling, setLabelling } from './labelling.svelte.ts';
import LabelSheet from './LabelSheet.svelte';
import RemoveRunDialog from './RemoveRunDialog.svelte';
import RenameRunDialog from './RenameRunDialog.svelte';
import { RunCare, setRunCare } from './run-care.svelte.ts';
import PromptBanner from './PromptBanner.svelte';
import { Prompts, setPrompts } from './prompts.svelte.ts';
import StoppedBanner from './StoppedBanner.svelte';

export default feature({
  name: 'labelling',
  commands: COMMANDS,
  dialogs: { label: LabelSheet, runName: RenameRunDialog, runRemoval: RemoveRunDialog },
  banners: [PromptBanner, StoppedBanner],
  begin() {
    const [session, frame, notices] = [getSession(), getFrame(), getNotices()];
    const labelling = setLabelling(new Labelling(session, getQueue(), getChoosing(), notices));
    labelling.onshow = () => void (frame.sheet = 'label');
    setPrompts(new Prompts(session));
    const care = setRunCare(new RunCare(session, labelling, notices));
    care.onname = () => void (frame.sheet = 'runName');
    care.onremoval = () => void (frame.sheet = 'runRemoval');
    return {
      acts: {
        renameRun: () => care.askName(),
        removeRun: () => care.askRemoval(),
      },
    };
  },
});
