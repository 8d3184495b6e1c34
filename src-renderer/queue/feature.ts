/** Finding samples: the list that is worked through, its filter and order, what is chosen of it. */
import { tick } from 'svelte';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getFrame } from '../shell/frame.svelte.ts';
import { getNotices } from '../shell/notices.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { Choosing, setChoosing } from './choosing.svelte.ts';
import { COMMANDS } from './commands.ts';
import FilterNameDialog from './FilterNameDialog.svelte';
import { Finding, setFinding } from './finding.svelte.ts';
import { Queue, setQueue } from './queue.svelte.ts';
import { SavedFilters, setSavedFilters } from './saved-filters.svelte.ts';
import { setThumbnails, Thumbnails } from './rows/thumbnails.svelte.ts';
import { setShowSamples, showSamplesOn } from './show-samples.svelte.ts';
import { setSimilar, Similar } from './similar.svelte.ts';

export default feature({
  name: 'queue',
  commands: COMMANDS,
  dialogs: { filterName: FilterNameDialog },
  begin() {
    const [session, notices, frame] = [getSession(), getNotices(), getFrame()];
    const queue = setQueue(new Queue(session.client));
    const thumbnails = setThumbnails(new Thumbnails(session.client));
    setChoosing(new Choosing(queue, notices));
    const finding = setFinding(new Finding(session, queue));
    const saved = setSavedFilters(new SavedFilters(session, queue, notices));
    saved.onask = () => void (frame.sheet = 'filterName');
    const similar = setSimilar(new Similar(session, queue, notices));
    const showSamples = setShowSamples(showSamplesOn(frame, queue));
    /** Whoever looks for samples on the review page wants its list seen. */
    const showList = (): void => {
      if (frame.page === 'review' && !frame.room.queue) frame.room.showQueue(true);
    };
    return {
      acts: {
        search: () => {
          showList();
          void tick().then(() => document.querySelector<HTMLInputElement>('[data-search]')?.focus());
        },
        filter: () => {
          showList();
          finding.toggle();
        },
        clearFilter: () => void queue.setFilter(NO_FILTER),
        saveFilter: () => saved.askName(),
        back: () => void similar.back(),
      },
      offers: () => {
        const page = frame.page === 'review' ? 'review' : 'gallery';
        const item = (id: string, words: string, run: () => void) => ({ id, words, key: null, run });
        return saved.list.flatMap((one) => [
          item(`filter-${one.id}`, `Filter: ${one.name}`, () =>
            showSamples(one.filter, { sort: one.sort, page }),
          ),
          item(`rename-${one.id}`, `Rename the filter ${one.name}…`, () => saved.askName(one)),
          item(
            `replace-${one.id}`,
            `Replace the filter ${one.name} with the current one`,
            () => void saved.replace(one),
          ),
          item(`delete-${one.id}`, `Delete the filter ${one.name}`, () => void saved.remove(one)),
        ]);
      },
      enter: () => thumbnails.clear(),
      entered: () => void saved.load(),
    };
  },
});
