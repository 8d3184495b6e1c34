/** Methods measured on the same samples: begun, watched, looked at, written as a report. */
import { getShowSamples } from '../queue/show-samples.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import EvaluatePage from './EvaluatePage.svelte';
import { Evaluating, setEvaluating } from './evaluating.svelte.ts';

export default feature({
  name: 'evaluate',
  commands: COMMANDS,
  pages: [{ ...PAGE, component: EvaluatePage }],
  begin() {
    const frame = getFrame();
    const evaluating = setEvaluating(new Evaluating(getSession(), getNotices(), getShowSamples()));
    evaluating.isShown = () => frame.page === PAGE.id;
    return { acts: {} };
  },
});
