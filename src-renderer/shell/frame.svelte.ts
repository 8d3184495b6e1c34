/** Where the person is: the page, the tab under the panes, the dialog in front. Everybody may lead elsewhere. */
import { createContext } from 'svelte';
import type { DialogId, DockId, PageId } from './names.ts';

export class Frame {
  /** The page of the project that is shown. */
  page = $state<PageId>('review');
  /** The tab of the dock under the panes. */
  dock = $state<DockId>('sample');
  /** The dialog that is open. */
  sheet = $state<DialogId | null>(null);
}

export const [getFrame, setFrame] = createContext<Frame>();
