/** All samples at once, as pictures tinted by a map. */
import { getChoosing } from '../queue/choosing.svelte.ts';
import { getQueue } from '../queue/queue.svelte.ts';
import { getCommands } from '../shell/commands.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { COMMANDS, PAGE } from './commands.ts';
import { Gallery, setGallery } from './gallery.svelte.ts';
import GalleryPage from './GalleryPage.svelte';

export default feature({
  name: 'gallery',
  commands: COMMANDS,
  gestures: [
    { words: 'Gallery: move, first and last', keys: 'Arrows, Page, Home, End' },
    { words: 'Gallery: select a range, or one more', keys: 'Shift, Ctrl or Space' },
  ],
  pages: [{ ...PAGE, component: GalleryPage }],
  begin() {
    const [commands, frame, queue, choosing] = [getCommands(), getFrame(), getQueue(), getChoosing()];
    const gallery = setGallery(new Gallery());

    /** @returns false when none was chosen */
    function chooseNone(): boolean {
      if (choosing.chosen === 0) return false;
      choosing.none();
      return true;
    }

    return {
      acts: {
        openInReview: () => void (frame.page = queue.currentId === null ? frame.page : 'review'),
        galleryFilters: () => gallery.showFilters(!gallery.filters),
        chooseAll: () => choosing.all(),
        chooseNone: () => void commands.giveUp('gallery'),
      },
      givesUp: [{ on: 'gallery', giveUp: chooseNone }],
    };
  },
});
