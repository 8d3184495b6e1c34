/** What comes into a project and what goes out of it: import, export, drop, removal. */
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import DropZone from './DropZone.svelte';
import { Exports, setExports } from './exports.svelte.ts';
import ExportDialog from './ExportDialog.svelte';
import ImportDialog from './ImportDialog.svelte';
import { Importing, setImporting } from './importing.svelte.ts';
import RemoveSamplesDialog from './RemoveSamplesDialog.svelte';
import { Removing, setRemoving } from './removing.svelte.ts';

export default feature({
  name: 'exchange',
  commands: COMMANDS,
  dialogs: { import: ImportDialog, export: ExportDialog, removeSamples: RemoveSamplesDialog },
  overAll: [DropZone],
  begin() {
    const [session, notices, frame, queue] = [getSession(), getNotices(), getFrame(), getQueue()];
    const { slot } = session;
    const removing = setRemoving(new Removing(session, queue, getChoosing(), notices, `${slot}-removal`));
    removing.onshow = () => void (frame.sheet = 'removeSamples');
    const importing = setImporting(new Importing(session, queue, notices, `${slot}-import`));
    importing.onshow = () => void (frame.sheet = 'import');
    setExports(new Exports(session, `${slot}-export`));
    return {
      acts: {
        import: () => void (frame.sheet = 'import'),
        export: () => void (frame.sheet = 'export'),
      },
    };
  },
});
