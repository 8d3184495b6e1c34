/** How the panes are looked at. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'paneCursor',
    group: 'Edit',
    order: 230,
    words: 'Draw with keys in a pane',
    keys: ['Z'],
  },
  { command: 'fit', group: 'View', order: 10, words: 'Fit the picture', keys: ['F'] },
  {
    command: 'actualSize',
    group: 'View',
    order: 20,
    words: 'Actual size (1:1)',
    keys: ['0'],
  },
  {
    command: 'keepView',
    group: 'View',
    order: 30,
    words: 'Keep zoom and position between samples',
    keys: ['H'],
  },
  { command: 'labels', group: 'View', order: 40, words: 'Label overlay', keys: ['L'] },
  { command: 'boxes', group: 'View', order: 50, words: 'Boxes of the maps', keys: ['O'] },
  { command: 'truth', group: 'View', order: 60, words: 'Truth boxes', keys: ['T'] },
  { command: 'proposals', group: 'View', order: 62, words: 'Proposed boxes', keys: ['Shift+O'] },
  {
    command: 'bare',
    group: 'View',
    order: 65,
    words: 'Show the bare picture',
    keys: ['Shift+V'],
    on: ['review', 'compare'],
    held: true,
  },
  { command: 'grid', group: 'View', order: 70, words: 'Token grid', keys: ['G'] },
  { command: 'smooth', group: 'View', order: 80, words: 'Smooth maps', keys: ['S'] },
  { command: 'layout', group: 'View', order: 90, words: 'Next layout: 1 to 6 panes', keys: ['I'] },
  {
    command: 'arrangement',
    group: 'View',
    order: 95,
    words: 'Next arrangement of the panes: by shape, row, column, grid',
    keys: ['Shift+I'],
  },
  {
    command: 'sharedScale',
    group: 'View',
    order: 100,
    words: 'Same colour scale for maps of a kind',
    keys: ['U'],
  },
  { command: 'zoomIn', group: 'View', order: 110, words: 'Zoom in', keys: ['+', '='], repeats: true },
  { command: 'zoomOut', group: 'View', order: 120, words: 'Zoom out', keys: ['-'], repeats: true },
  {
    command: 'panLeft',
    group: 'View',
    order: 130,
    words: 'Pan left',
    keys: ['Shift+←'],
    repeats: true,
  },
  {
    command: 'panRight',
    group: 'View',
    order: 140,
    words: 'Pan right',
    keys: ['Shift+→'],
    repeats: true,
  },
  { command: 'panUp', group: 'View', order: 150, words: 'Pan up', keys: ['Shift+↑'], repeats: true },
  {
    command: 'panDown',
    group: 'View',
    order: 160,
    words: 'Pan down',
    keys: ['Shift+↓'],
    repeats: true,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
