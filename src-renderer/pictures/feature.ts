/** Pictures that are missing, moved or others than were labelled. */
import { getDesk } from '../deciding/desk.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { PictureCare, setPictureCare } from './picture-care.svelte.ts';
import PictureBanner from './PictureBanner.svelte';
import RelinkDialog from './RelinkDialog.svelte';

export default feature({
  name: 'pictures',
  commands: COMMANDS,
  dialogs: { relink: RelinkDialog },
  banners: [PictureBanner],
  begin() {
    setPictureCare(new PictureCare(getSession(), getDesk(), getNotices()));
    return { acts: {} };
  },
});
