/** Tools and what they do to the label. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'select', group: 'Edit', order: 10, words: 'Select and pan', keys: ['V'] },
  { command: 'brush', group: 'Edit', order: 20, words: 'Brush', keys: ['B'] },
  { command: 'eraser', group: 'Edit', order: 30, words: 'Eraser (paints background)', keys: ['E'] },
  {
    command: 'rectangle',
    group: 'Edit',
    order: 40,
    words: 'Rectangle: paint every token it touches',
    keys: ['R'],
  },
  {
    command: 'polygon',
    group: 'Edit',
    order: 50,
    words: 'Polygon: paint the tokens inside (Enter closes it)',
    keys: ['P'],
  },
  { command: 'fill', group: 'Edit', order: 60, words: 'Fill the connected region', keys: ['C'] },
  { command: 'foreground', group: 'Edit', order: 70, words: 'Paint foreground', keys: ['1'] },
  { command: 'background', group: 'Edit', order: 80, words: 'Paint background', keys: ['2'] },
  { command: 'ignore', group: 'Edit', order: 90, words: 'Paint ignore', keys: ['3'] },
  { command: 'brushSmaller', group: 'Edit', order: 100, words: 'Smaller brush', keys: ['['], repeats: true },
  { command: 'brushLarger', group: 'Edit', order: 110, words: 'Larger brush', keys: [']'], repeats: true },
  {
    command: 'grow',
    group: 'Edit',
    order: 120,
    words: 'Grow foreground by one token',
    keys: ['.'],
    repeats: true,
  },
  {
    command: 'shrink',
    group: 'Edit',
    order: 130,
    words: 'Shrink foreground by one token',
    keys: [','],
    repeats: true,
  },
  { command: 'copyLabel', group: 'Edit', order: 140, words: 'Copy the label from…', keys: ['Y'] },
  {
    command: 'compare',
    group: 'Edit',
    order: 150,
    words: 'Show the predicted label',
    keys: ['Q'],
    held: true,
  },
  { command: 'difference', group: 'Edit', order: 160, words: 'Mark what was changed', keys: ['W'] },
  {
    command: 'cancel',
    group: 'Edit',
    order: 220,
    words: 'Cancel the drawing, or reset the recipe',
    keys: ['Esc'],
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
