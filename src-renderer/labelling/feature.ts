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
import PromptBanner from './PromptBanner.svelte';
import { Prompts, setPrompts } from './prompts.svelte.ts';
import StoppedBanner from './StoppedBanner.svelte';

export default feature({
  name: 'labelling',
  commands: COMMANDS,
  dialogs: { label: LabelSheet },
  banners: [PromptBanner, StoppedBanner],
  begin() {
    const [session, frame] = [getSession(), getFrame()];
    const labelling = setLabelling(new Labelling(session, getQueue(), getChoosing(), getNotices()));
    labelling.onshow = () => void (frame.sheet = 'label');
    setPrompts(new Prompts(session));
    return { acts: {} };
  },
});
