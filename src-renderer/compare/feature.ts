/** Two versions of the RPN side by side: how they do, who wins where, and which one labelling uses. */
import { FILTER_IDS_MAX } from '../../src-shared/contract/procedures.ts';
import { getShowSamples } from '../queue/show-samples.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { comparable } from '../panes/compare.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { getVersions } from '../train/versions.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import ComparePage from './ComparePage.svelte';
import { Comparing, setComparing } from './comparing.svelte.ts';
import { Looking, setLooking } from './looking.svelte.ts';
import { setWinners, Winners } from './winners.svelte.ts';

const ZOOM = 1.25;

export default feature({
  name: 'compare',
  commands: COMMANDS,
  gestures: [{ words: 'Compare: zoom, pan', keys: 'Ctrl+Wheel, Wheel or drag' }],
  pages: [{ ...PAGE, component: ComparePage }],
  begin() {
    const [session, notices, showSamples] = [getSession(), getNotices(), getShowSamples()];
    const comparing = setComparing(new Comparing(session, getVersions()));
    const winners = setWinners(new Winners(session));
    const looking = setLooking(new Looking(session));
    winners.onlost = () => void comparing.run();

    /** The list goes along, so that one can go on there in the same order. */
    async function open(): Promise<void> {
      const id = winners.currentId;
      if (id === null) return;
      try {
        const ids = await winners.samplesAbout(FILTER_IDS_MAX);
        showSamples({ ids }, { sort: { by: 'listed', descending: false }, page: 'review', id });
      } catch (thrown) {
        notices.error(thrown);
      }
    }

    const frame = getFrame();

    /** The shown run beside the one that belongs to it, else the newest other one. */
    async function compareRuns(): Promise<void> {
      const { project } = session;
      const shown = project?.activeRunId ?? null;
      const [other] = project ? comparable([...project.runs].reverse(), shown) : [];
      if (!project || shown === null || !other) {
        notices.info('There is no other run to compare with', 'Label with another model or preset first');
        return;
      }
      try {
        await comparing.chooseRuns(project.path, shown, other.id);
        frame.page = PAGE.id;
      } catch (thrown) {
        notices.error(thrown);
      }
    }

    return {
      acts: {
        compareRuns: () => void compareRuns(),
        compareNext: () => void winners.go(winners.currentIndex + 1),
        comparePrevious: () => void winners.go(winners.currentIndex - 1),
        compareOpen: () => void open(),
        compareTurn: () => comparing.swap(),
        compareEnds: () => comparing.change({ first: comparing.choice.first === 'a' ? 'b' : 'a' }),
        compareFit: () => looking.view.fit(),
        compareZoomIn: () => looking.view.zoom(ZOOM),
        compareZoomOut: () => looking.view.zoom(1 / ZOOM),
        compareKnown: () => void (looking.known = !looking.known),
      },
    };
  },
});
