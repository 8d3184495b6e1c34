/** Verdicts on answers of the sample at hand, by key and button. */
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { Judging, setJudging } from './judging.svelte.ts';

export default feature({
  name: 'judging',
  commands: COMMANDS,
  begin() {
    const judging = setJudging(new Judging(getSession(), getQueue(), getNotices()));
    return {
      acts: {
        answerRight: () => void judging.judge('first', 'right'),
        answerWrong: () => void judging.judge('first', 'wrong'),
        cropAnswerRight: () => void judging.judge('crop', 'right'),
        cropAnswerWrong: () => void judging.judge('crop', 'wrong'),
      },
      unsaved: { waiting: () => judging.saving.waiting },
      entered: (path) => judging.useProject(path),
    };
  },
});
