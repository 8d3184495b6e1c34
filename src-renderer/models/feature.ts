/** The models on this machine: list, check, download, label with one. */
import { getLabelling } from '../labelling/labelling.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import AddModelDialog from './AddModelDialog.svelte';
import { COMMANDS, PAGE } from './commands.ts';
import DownloadModelDialog from './DownloadModelDialog.svelte';
import { Models, setModels } from './models.svelte.ts';
import ModelsPage from './ModelsPage.svelte';
import RemoveModelDialog from './RemoveModelDialog.svelte';

export default feature({
  name: 'models',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: ModelsPage }],
  dialogs: {
    addModel: AddModelDialog,
    downloadModel: DownloadModelDialog,
    removeModel: RemoveModelDialog,
  },
  begin() {
    const models = setModels(new Models(getSession(), getNotices()));
    // As the list of models calls it, where it is in there.
    getLabelling().nameOfModel = (of) => models.listing?.models.find(({ dir }) => dir === of)?.name ?? null;
    return { acts: {} };
  },
});
