/** What is known of the sample on screen: answers, facts, notes; and what is like it. */
import { tick } from 'svelte';
import { linkTo } from '../../src-shared/contract/link.ts';
import { getDesk } from '../deciding/desk.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { getSimilar, type Kind } from '../queue/similar.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS, TAB } from './commands.ts';
import Inspector from './Inspector.svelte';
import NoteDialog from './NoteDialog.svelte';
import { SampleNotes, setSampleNotes } from './sample-notes.svelte.ts';
import { SecondLook, setSecondLook } from './second-look.svelte.ts';

export default feature({
  name: 'sample',
  commands: COMMANDS,
  tabs: [{ ...TAB, component: Inspector }],
  dialogs: { note: NoteDialog },
  begin() {
    const [session, notices, frame] = [getSession(), getNotices(), getFrame()];
    const [queue, similar, desk] = [getQueue(), getSimilar(), getDesk()];
    const notes = setSampleNotes(new SampleNotes(session, queue, notices));
    const secondLook = setSecondLook(new SecondLook(session, desk, notices, session.slot));

    /** Shows in the gallery what is like the current sample. */
    async function showSimilar(by?: Kind): Promise<void> {
      const row = queue.currentRow() ?? desk.bundle?.detail;
      if (row && (await similar.show(row, by))) frame.page = 'gallery';
    }

    async function copyLink(): Promise<void> {
      const { project } = session;
      if (!project || queue.currentId === null) return;
      try {
        await navigator.clipboard.writeText(linkTo({ project: project.path, sample: queue.currentId }));
        notices.info(
          'Link copied',
          'It opens this sample in the desktop app, if the project is in the same folder',
        );
      } catch (thrown) {
        notices.error(thrown);
      }
    }

    return {
      acts: {
        answerAgain: () => void secondLook.ask(),
        moreLike: () => void showSimilar(),
        similarPictures: () => void showSimilar('picture'),
        copyLink: () => void copyLink(),
        sampleNote: () => {
          if (frame.page === 'gallery') frame.sheet = queue.currentId === null ? null : 'note';
          else {
            frame.dock = 'sample';
            void tick().then(() =>
              document.querySelector<HTMLTextAreaElement>('[data-sample-note]')?.focus(),
            );
          }
        },
      },
      unsaved: { waiting: () => notes.waiting, flush: () => notes.flush() },
      entered: (path) => notes.useProject(path),
    };
  },
});
