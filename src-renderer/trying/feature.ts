/** Asks a model about a picture that is in no project. */
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { OwnPicture, setOwnPicture } from './own-picture.svelte.ts';
import OwnPictureDialog from './OwnPictureDialog.svelte';

export default feature({
  name: 'trying',
  commands: COMMANDS,
  dialogs: { ownPicture: OwnPictureDialog },
  begin() {
    const [session, frame] = [getSession(), getFrame()];
    const own = setOwnPicture(new OwnPicture(session, `${session.slot}-own`));
    own.onshow = () => void (frame.sheet = 'ownPicture');
    return { acts: { 'own-picture': () => own.onshow() } };
  },
});
