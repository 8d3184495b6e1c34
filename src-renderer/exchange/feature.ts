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
import LogDialog from './LogDialog.svelte';
import { LogImport, setLogImport } from './log-import.svelte.ts';
import MergeDialog from './MergeDialog.svelte';
import { Merging, setMerging } from './merging.svelte.ts';
import { Proposals, setProposals } from './proposals.svelte.ts';
import ProposalsDialog from './ProposalsDialog.svelte';
import RemoveSamplesDialog from './RemoveSamplesDialog.svelte';
import { getUploads } from '../uploads/uploads.svelte.ts';
import { Removing, setRemoving } from './removing.svelte.ts';

export default feature({
  name: 'exchange',
  commands: COMMANDS,
  dialogs: {
    import: ImportDialog,
    importLog: LogDialog,
    importProject: MergeDialog,
    importProposals: ProposalsDialog,
    export: ExportDialog,
    removeSamples: RemoveSamplesDialog,
  },
  overAll: [DropZone],
  begin() {
    const [session, notices, frame, queue] = [getSession(), getNotices(), getFrame(), getQueue()];
    const { slot } = session;
    const removing = setRemoving(new Removing(session, queue, getChoosing(), notices, `${slot}-removal`));
    removing.onshow = () => void (frame.sheet = 'removeSamples');
    const importing = setImporting(new Importing(session, queue, notices, getUploads(), `${slot}-import`));
    importing.onshow = () => void (frame.sheet = 'import');
    setLogImport(new LogImport(session, `${slot}-log`, () => queue.reload()));
    setMerging(new Merging(session, `${slot}-merge`, () => queue.reload()));
    const proposals = setProposals(new Proposals(session, notices, `${slot}-proposals`));
    proposals.onshow = () => void (frame.sheet = 'importProposals');
    setExports(new Exports(session, `${slot}-export`));
    return {
      acts: {
        import: () => void (frame.sheet = 'import'),
        importLog: () => void (frame.sheet = 'importLog'),
        importProject: () => void (frame.sheet = 'importProject'),
        importProposals: () => void (frame.sheet = 'importProposals'),
        export: () => void (frame.sheet = 'export'),
      },
    };
  },
});
