/** The desk: the sample on screen, decisions on it, saving them, undo. */
import { tick } from 'svelte';
import { getView } from '../canvas/view.svelte.ts';
import { setCopying } from '../editing/copying.svelte.ts';
import { setEditing } from '../editing/editing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { getTagging } from '../tagging/tagging.svelte.ts';
import Banners from './Banners.svelte';
import { COMMANDS } from './commands.ts';
import { Desk, setDesk } from './desk.svelte.ts';

export default feature({
  name: 'deciding',
  commands: COMMANDS,
  banners: [Banners],
  begin() {
    const [session, frame] = [getSession(), getFrame()];
    const desk = setDesk(new Desk(session, getQueue(), getView(), getNotices()));
    desk.isOnScreen = () => frame.page === 'review';
    getTagging().onDone = (step) => desk.undoing.did(step);
    // The desk says when a label may be edited, so it makes what edits it.
    setEditing(desk.editing);
    setCopying(desk.copying);
    return {
      acts: {
        accept: () => desk.accept(),
        reject: () => desk.reject(),
        next: () => desk.moving.next(),
        previous: () => desk.moving.previous(),
        nextUndecided: () => void desk.moving.undecided('forth'),
        previousUndecided: () => void desk.moving.undecided('back'),
        first: () => desk.moving.first(),
        last: () => desk.moving.last(),
        note: () => {
          frame.dock = 'sample';
          void tick().then(() => document.querySelector<HTMLInputElement>('[data-note]')?.focus());
        },
        // A key that is held down stops before a whole batch.
        undo: { run: () => desk.undo(), mayRepeat: () => !desk.undoing.isLarge },
        redo: () => desk.redo(),
      },
      unsaved: { waiting: () => desk.saving.waiting },
      // What waits to be saved stays with the project it is for.
      enter: (path) => desk.follow(path, session.project?.activeRunId ?? null),
    };
  },
});
