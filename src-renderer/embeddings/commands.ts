/** What the gallery can show of how alike pictures are. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'galleryPlot',
    group: 'Gallery',
    order: 82,
    words: 'Show the list as a plot, or as pictures',
    keys: ['P'],
    on: 'gallery',
  },
  {
    command: 'nearDuplicates',
    needs: 'embeddings.nearDuplicates',
    group: 'Find',
    order: 92,
    words: 'Find near-duplicates…',
    keys: [],
    on: 'anywhere',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    nearDuplicates: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
