/** The people who share a project: invitations, rounds, agreement, and what is decided where reviewers differ. */
import { getShowSamples } from '../queue/show-samples.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { Adjudicating, setAdjudicating } from './adjudicating.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import DealDialog from './DealDialog.svelte';
import EndRoundDialog from './EndRoundDialog.svelte';
import InviteDialog from './InviteDialog.svelte';
import { People, setPeople } from './people.svelte.ts';
import RemovePersonDialog from './RemovePersonDialog.svelte';
import ReviewersPage from './ReviewersPage.svelte';

const ZOOM = 1.25;

export default feature({
  name: 'reviewers',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: ReviewersPage }],
  dialogs: {
    invitePerson: InviteDialog,
    removePerson: RemovePersonDialog,
    dealSamples: DealDialog,
    endRound: EndRoundDialog,
  },
  begin() {
    const [session, notices, frame] = [getSession(), getNotices(), getFrame()];
    const showSamples = getShowSamples();
    const people = setPeople(new People(session, notices));
    const adjudicating = setAdjudicating(new Adjudicating(session, notices));
    people.isShown = () => frame.page === PAGE.id;
    adjudicating.onLeave = () => void people.load();
    people.onLoaded = () => {
      if (adjudicating.open && !adjudicating.saving) void adjudicating.load();
    };

    /** What differs goes along as the list, so that one can go on there in the same order. */
    function correct(): void {
      const { samples, current } = adjudicating;
      if (!adjudicating.open || !samples || !current) return;
      showSamples(
        { ids: samples.map(({ sampleId }) => sampleId) },
        { sort: { by: 'listed', descending: false }, page: 'review', id: current.sampleId },
      );
    }

    const use = (at: number) => () => void adjudicating.use(adjudicating.shown?.sides[at]);
    const whileOpen = (act: () => void) => () => {
      if (adjudicating.open) act();
    };
    return {
      acts: {
        invitePerson: () => void (frame.sheet = 'invitePerson'),
        dealSamples: () => void (frame.sheet = 'dealSamples'),
        sideOne: use(0),
        sideTwo: use(1),
        sideThree: use(2),
        sideFour: use(3),
        correctDiffering: correct,
        nextDiffering: () => adjudicating.go(1),
        previousDiffering: () => adjudicating.go(-1),
        truthOfDiffering: whileOpen(() => (adjudicating.truth = !adjudicating.truth)),
        fitDiffering: whileOpen(() => adjudicating.view.fit()),
        zoomInDiffering: whileOpen(() => adjudicating.view.zoom(ZOOM)),
        zoomOutDiffering: whileOpen(() => adjudicating.view.zoom(1 / ZOOM)),
      },
      givesUp: [
        {
          on: 'anywhere',
          giveUp: () => {
            if (!adjudicating.open || frame.page !== PAGE.id) return false;
            adjudicating.leave();
            return true;
          },
        },
      ],
      enter: () => adjudicating.clear(),
    };
  },
});
