/** Flags on samples: by key and button, on the one at hand or on all that are chosen in the gallery. */
import type { Flag } from '../../src-shared/contract/domain.ts';
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { isChosen } from '../queue/selection.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { Flagging, setFlagging } from './flagging.svelte.ts';

export default feature({
  name: 'flags',
  commands: COMMANDS,
  begin() {
    const [frame, queue, choosing] = [getFrame(), getQueue(), getChoosing()];
    const flagging = setFlagging(new Flagging(getSession(), queue, getNotices()));

    /** Sets a flag of the sample at hand, or of all that are chosen in the gallery, or takes it away. */
    async function toggle(flag: Flag): Promise<void> {
      if (frame.page !== 'gallery') {
        flagging.toggle(flag);
        return;
      }
      await choosing.settled;
      const { selection, chosen } = choosing;
      const { currentId } = queue;
      const one = chosen === 0 || (chosen === 1 && currentId !== null && isChosen(selection, currentId));
      if (one) flagging.toggle(flag);
      else await flagging.toggleAll(flag, selection);
    }

    return {
      acts: {
        flagLookAgain: () => void toggle('look_again'),
        flagExample: () => void toggle('example'),
        flagBadData: () => void toggle('bad_data'),
      },
      unsaved: { waiting: () => flagging.saving.waiting },
      entered: (path) => flagging.useProject(path),
    };
  },
});
