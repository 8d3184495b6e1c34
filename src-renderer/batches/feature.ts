/** Deciding many samples at once, after a sampled audit, with a way back. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import BatchDialog from './BatchDialog.svelte';
import { Batches, setBatches } from './batches.svelte.ts';
import BatchList from './BatchList.svelte';
import { COMMANDS } from './commands.ts';

export default feature({
  name: 'batches',
  commands: COMMANDS,
  dialogs: { batch: BatchDialog, batches: BatchList },
  begin() {
    const [frame, queue, choosing] = [getFrame(), getQueue(), getChoosing()];
    const { undoing } = getDesk();
    const batches = setBatches(new Batches(getSession(), queue, choosing, getNotices()));
    // In the gallery the list is made anew; where one is worked through, rows keep their places.
    batches.onDone = () => void (frame.page === 'gallery' && queue.reload());
    batches.onApplied = (batchId) => undoing.did({ kind: 'batch', batchId });
    batches.onUndone = (batchId) => undoing.forgetBatch(batchId);
    undoing.undoBatch = (batchId) => batches.undoById(batchId);

    /** Begins to decide the chosen samples at once. */
    async function ask(decision: 'accept' | 'reject'): Promise<void> {
      await choosing.settled;
      if (batches.ask(decision)) frame.sheet = 'batch';
    }

    function showAll(): void {
      void batches.load();
      frame.sheet = 'batches';
    }

    return {
      acts: {
        acceptMany: () => void ask('accept'),
        rejectMany: () => void ask('reject'),
        undoBatch: () => void (batches.undoLast() || showAll()),
        batches: showAll,
      },
    };
  },
});
