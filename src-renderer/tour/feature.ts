/** The tour: steps that a person really takes, on real data. */
import { getView } from '../canvas/view.svelte.ts';
import { getDesk } from '../deciding/desk.svelte.ts';
import { getExports } from '../exchange/exports.svelte.ts';
import { getPanes } from '../panes/panes.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getKeys } from '../shell/keys.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { setTour, Tour } from './tour.svelte.ts';
import TourCard from './TourCard.svelte';

export default feature({
  name: 'tour',
  commands: COMMANDS,
  overProject: [TourCard],
  begin() {
    const tour = setTour(
      new Tour({
        session: getSession(),
        desk: getDesk(),
        panes: getPanes(),
        exports: getExports(),
        view: getView(),
        keys: getKeys(),
        notices: getNotices(),
        frame: getFrame(),
      }),
    );
    return {
      acts: { tour: () => tour.start() },
      givesUp: [{ on: 'anywhere', giveUp: () => tour.skip() }],
    };
  },
});
