/** What each command of the keymap does; buttons and keys both come here. */
import { BG, FG, IGNORE } from '../../src-shared/kernels/types.ts';
import type { Command } from '../logic/keymap.ts';
import type { Workbench } from './workbench.svelte.ts';

const ACTIONS: Record<Command, (bench: Workbench) => void> = {
  accept: ({ desk }) => desk.accept(),
  reject: ({ desk }) => desk.reject(),
  next: ({ desk }) => desk.next(),
  previous: ({ desk }) => desk.previous(),
  select: ({ tools }) => void (tools.tool = 'select'),
  brush: ({ tools }) => void (tools.tool = 'brush'),
  eraser: ({ tools }) => void (tools.tool = 'eraser'),
  foreground: ({ tools }) => tools.choose(FG),
  background: ({ tools }) => tools.choose(BG),
  ignore: ({ tools }) => tools.choose(IGNORE),
  brushSmaller: ({ tools }) => tools.resize(-1),
  brushLarger: ({ tools }) => tools.resize(1),
  cancel: ({ desk }) => void desk.cancelStroke(),
  undo: ({ desk }) => desk.undo(),
  redo: ({ desk }) => desk.redo(),
  fit: ({ view }) => view.fit(),
  actualSize: ({ view }) => view.actualSize(),
  labels: ({ view }) => view.toggle('labels'),
  boxes: ({ view }) => view.toggle('boxes'),
  truth: ({ view }) => view.toggle('truth'),
  grid: ({ view }) => view.toggle('grid'),
  smooth: ({ view }) => view.toggle('smooth'),
  search: () => document.querySelector<HTMLInputElement>('[data-search]')?.focus(),
  palette: (bench) => void (bench.sheet = 'palette'),
  help: (bench) => void (bench.sheet = bench.sheet === 'help' ? null : 'help'),
};

export function runCommand(command: Command, bench: Workbench): void {
  ACTIONS[command](bench);
}
