/** Reasons for rejecting: chosen by a digit, before or after the decision, from a list of the project's own. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import RejectReasonDialog from './RejectReasonDialog.svelte';
import RejectReasonsDialog from './RejectReasonsDialog.svelte';
import { Rejecting, setRejecting } from './rejecting.svelte.ts';

export default feature({
  name: 'rejecting',
  commands: COMMANDS,
  dialogs: { rejectReason: RejectReasonDialog, rejectReasons: RejectReasonsDialog },
  begin() {
    const frame = getFrame();
    const rejecting = setRejecting(new Rejecting(getSession(), getDesk(), getNotices()));
    return {
      acts: {
        rejectFor: () => rejecting.first() && (frame.sheet = 'rejectReason'),
        rejectReason: () => rejecting.after() && (frame.sheet = 'rejectReason'),
        rejectReasons: () => (frame.sheet = 'rejectReasons'),
      },
      entered: () => void rejecting.load(),
    };
  },
});
