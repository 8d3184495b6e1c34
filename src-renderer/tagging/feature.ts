/** Tags on samples: by key and button, on the one at hand or on all that are chosen in the gallery. */
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import TagDialog from './TagDialog.svelte';
import { setTagging, Tagging } from './tagging.svelte.ts';

export default feature({
  name: 'tagging',
  commands: COMMANDS,
  dialogs: { tags: TagDialog },
  begin() {
    const [session, frame, notices] = [getSession(), getFrame(), getNotices()];
    const [queue, choosing] = [getQueue(), getChoosing()];
    const tagging = setTagging(new Tagging(session, queue, notices));

    /** Several samples are meant in the gallery alone. */
    async function aim(): Promise<boolean> {
      if (frame.page === 'gallery') await choosing.settled;
      const several = frame.page === 'gallery' && choosing.chosen > 1;
      tagging.several = several ? choosing.selection : null;
      return several || queue.currentRow() !== undefined;
    }

    async function ask(): Promise<void> {
      if (session.refusesWriting() || !(await aim())) return;
      void tagging.load();
      frame.sheet = 'tags';
    }

    async function again(): Promise<void> {
      const { last } = tagging;
      if (last === null) await ask();
      else if (await aim()) await tagging.toggle(last);
    }

    return {
      acts: { tags: () => void ask(), tagAgain: () => void again() },
      unsaved: { waiting: () => tagging.saving.waiting },
      entered: (path) => tagging.useProject(path),
    };
  },
});
