/** What can be done with the samples of the gallery. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'gallery', words: 'Gallery', order: 20 } as const;

export const COMMANDS = [
  {
    command: 'openInReview',
    group: 'Gallery',
    order: 10,
    words: 'Open in Review',
    keys: ['Enter'],
    on: 'gallery',
  },
  {
    command: 'chooseAll',
    group: 'Gallery',
    order: 20,
    words: 'Select all in the filter',
    keys: ['Ctrl+A'],
    on: 'gallery',
  },
  {
    command: 'chooseNone',
    group: 'Gallery',
    order: 70,
    words: 'Clear the selection',
    keys: ['Esc'],
    on: 'gallery',
  },
  {
    command: 'galleryFilters',
    group: 'Gallery',
    order: 80,
    words: 'Show or hide the filters',
    keys: ['Shift+Q'],
    on: 'gallery',
  },
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+G'),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    gallery: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
