/** How the panes are looked at. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'paneCursor',
    group: 'Edit',
    order: 230,
    words: 'Go into a pane, to draw with keys',
    keys: ['Z'],
  },
  { command: 'fit', group: 'View', order: 10, words: 'Fit the picture', keys: ['F'] },
  {
    command: 'actualSize',
    group: 'View',
    order: 20,
    words: 'One picture pixel per screen pixel',
    keys: ['0'],
  },
  {
    command: 'keepView',
    group: 'View',
    order: 30,
    words: 'Keep zoom and position from sample to sample',
    keys: ['H'],
  },
  { command: 'labels', group: 'View', order: 40, words: 'Label overlay', keys: ['L'] },
  { command: 'boxes', group: 'View', order: 50, words: 'Boxes of the maps', keys: ['O'] },
  { command: 'truth', group: 'View', order: 60, words: 'Truth boxes', keys: ['T'] },
  { command: 'grid', group: 'View', order: 70, words: 'Token grid', keys: ['G'] },
  { command: 'smooth', group: 'View', order: 80, words: 'Smooth or pixelated maps', keys: ['S'] },
  { command: 'layout', group: 'View', order: 90, words: 'Next layout: 1 to 6 panes', keys: ['I'] },
  {
    command: 'sharedScale',
    group: 'View',
    order: 100,
    words: 'One colour scale for maps of a kind',
    keys: ['U'],
  },
  { command: 'zoomIn', group: 'View', order: 110, words: 'Zoom in', keys: ['+', '='], repeats: true },
  { command: 'zoomOut', group: 'View', order: 120, words: 'Zoom out', keys: ['-'], repeats: true },
  {
    command: 'panLeft',
    group: 'View',
    order: 130,
    words: 'Look further left',
    keys: ['Shift+←'],
    repeats: true,
  },
  {
    command: 'panRight',
    group: 'View',
    order: 140,
    words: 'Look further right',
    keys: ['Shift+→'],
    repeats: true,
  },
  { command: 'panUp', group: 'View', order: 150, words: 'Look further up', keys: ['Shift+↑'], repeats: true },
  {
    command: 'panDown',
    group: 'View',
    order: 160,
    words: 'Look further down',
    keys: ['Shift+↓'],
    repeats: true,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
