/** Pictures by what the vision encoder makes of them: the list as a plot, and near-duplicates. */
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { NearSearch, setNearSearch } from './near.svelte.ts';
import NearDuplicatesDialog from './NearDuplicatesDialog.svelte';
import { Plotting, setPlotting } from './plotting.svelte.ts';

export default feature({
  name: 'embeddings',
  commands: COMMANDS,
  gestures: [
    { words: 'Plot: select with a loop or a box, one more', keys: 'Drag, Shift' },
    { words: 'Plot: zoom, pan', keys: 'Ctrl+Wheel, Wheel or middle drag' },
    { words: 'Plot: next dot, select it, open it', keys: 'Arrows, Space, Enter' },
  ],
  dialogs: { nearDuplicates: NearDuplicatesDialog },
  begin() {
    const [session, notices, frame] = [getSession(), getNotices(), getFrame()];
    const plotting = setPlotting(new Plotting(session, notices));
    const near = setNearSearch(new NearSearch(session));
    return {
      acts: {
        galleryPlot: () => plotting.show(!plotting.on),
        nearDuplicates: () => void (frame.sheet = session.project ? 'nearDuplicates' : frame.sheet),
      },
      enter: () => {
        plotting.clear();
        near.clear();
      },
    };
  },
});
