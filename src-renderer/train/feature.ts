/** Training an RPN on the project's labels: from the choice of data to the version that labelling uses. */
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import DiscardDialog from './DiscardDialog.svelte';
import { Planning, setPlanning } from './planning.svelte.ts';
import { Training, setTraining } from './training.svelte.ts';
import TrainPage from './TrainPage.svelte';
import { setVersions, Versions } from './versions.svelte.ts';

export default feature({
  name: 'train',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: TrainPage }],
  dialogs: { discardTraining: DiscardDialog },
  begin() {
    const [session, notices, frame] = [getSession(), getNotices(), getFrame()];
    const training = setTraining(new Training(session, notices));
    training.onshow = () => void (frame.page = PAGE.id);
    training.isShown = () => frame.page === PAGE.id;
    setPlanning(new Planning(session));
    setVersions(new Versions(session, notices));
    return { acts: {} };
  },
});
