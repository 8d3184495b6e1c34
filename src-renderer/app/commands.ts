/** What each command of the keymap does; buttons and keys both come here. */
import { tick } from 'svelte';
import { BG, FG, IGNORE } from '../../src-shared/kernels/types.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { grow, shrink } from '../editing/grow.ts';
import { DOCK, type DockId } from '../shell/dock.ts';
import type { Command } from '../shell/keymap.ts';
import { PAGES, type PageId } from '../shell/pages.ts';
import { nextCount } from '../panes/pane-layout.ts';
import type { Workbench } from './workbench.svelte.ts';

const ZOOM_STEP = 1.25;
/** CSS pixels. */
const PAN_STEP = 48;

type Action = (bench: Workbench) => void;

const PAGE_ACTIONS = Object.fromEntries(
  PAGES.map(({ id }) => [`page-${id}`, (bench: Workbench) => void (bench.page = id)]),
) as Record<`page-${PageId}`, Action>;

/** The keyboard goes along, so that Tab leads into what is shown; keys of the page mean there what they do elsewhere. */
const DOCK_ACTIONS = Object.fromEntries(
  DOCK.map(({ id }) => [
    `dock-${id}`,
    (bench: Workbench) => {
      bench.dock = id;
      void tick().then(() => document.querySelector<HTMLElement>('#dock-panel')?.focus());
    },
  ]),
) as Record<`dock-${DockId}`, Action>;

const ACTIONS: Record<Command, Action> = {
  accept: ({ desk }) => desk.accept(),
  reject: ({ desk }) => desk.reject(),
  next: ({ desk }) => desk.next(),
  previous: ({ desk }) => desk.previous(),
  select: ({ tools }) => void (tools.tool = 'select'),
  brush: ({ tools }) => void (tools.tool = 'brush'),
  eraser: ({ tools }) => void (tools.tool = 'eraser'),
  rectangle: ({ tools }) => void (tools.tool = 'rectangle'),
  polygon: ({ tools }) => void (tools.tool = 'polygon'),
  fill: ({ tools }) => void (tools.tool = 'fill'),
  foreground: ({ tools }) => tools.choose(FG),
  background: ({ tools }) => tools.choose(BG),
  ignore: ({ tools }) => tools.choose(IGNORE),
  brushSmaller: ({ tools }) => tools.resize(-1),
  brushLarger: ({ tools }) => tools.resize(1),
  grow: ({ desk }) => desk.editing.change(grow),
  shrink: ({ desk }) => desk.editing.change(shrink),
  copyLabel: ({ desk }) => void (desk.copying.open = desk.label !== null),
  compare: ({ desk }) => void (desk.editing.comparing = !desk.editing.comparing),
  difference: ({ tools }) => void (tools.difference = !tools.difference),
  note: (bench) => {
    bench.dock = 'sample';
    void tick().then(() => document.querySelector<HTMLInputElement>('[data-note]')?.focus());
  },
  sampleNote: (bench) => {
    if (bench.page === 'gallery') bench.sheet = bench.queue.currentId === null ? null : 'note';
    else {
      bench.dock = 'sample';
      void tick().then(() => document.querySelector<HTMLTextAreaElement>('[data-sample-note]')?.focus());
    }
  },
  flagLookAgain: (bench) => void bench.toggleFlag('look_again'),
  flagExample: (bench) => void bench.toggleFlag('example'),
  flagBadData: (bench) => void bench.toggleFlag('bad_data'),
  answerAgain: ({ secondLook }) => void secondLook.ask(),
  applyRecipe: ({ recipe }) => void recipe.applyHere(),
  cancel: ({ desk, recipe, tour }) => void (desk.editing.cancel() || recipe.reset() || tour.skip()),
  paneCursor: () => document.querySelector<HTMLElement>('[data-cursor]')?.focus(),
  undo: ({ desk }) => desk.undo(),
  redo: ({ desk }) => desk.redo(),
  fit: ({ view }) => view.fit(),
  actualSize: ({ view }) => view.actualSize(),
  labels: ({ view }) => view.toggle('labels'),
  boxes: ({ view }) => view.toggle('boxes'),
  truth: ({ view }) => view.toggle('truth'),
  grid: ({ view }) => view.toggle('grid'),
  keepView: ({ view }) => view.toggle('keep'),
  smooth: ({ view }) => view.toggle('smooth'),
  layout: ({ panes }) => panes.setCount(nextCount(panes.count)),
  sharedScale: ({ panes }) => panes.toggleShared(),
  zoomIn: ({ view }) => view.zoom(ZOOM_STEP),
  zoomOut: ({ view }) => view.zoom(1 / ZOOM_STEP),
  panLeft: ({ view }) => view.pan(PAN_STEP, 0),
  panRight: ({ view }) => view.pan(-PAN_STEP, 0),
  panUp: ({ view }) => view.pan(0, PAN_STEP),
  panDown: ({ view }) => view.pan(0, -PAN_STEP),
  search: () => document.querySelector<HTMLInputElement>('[data-search]')?.focus(),
  filter: ({ finding }) => finding.toggle(),
  clearFilter: ({ queue }) => void queue.setFilter(NO_FILTER),
  saveFilter: (bench) => bench.saveFilter(),
  moreLike: (bench) => void bench.showSimilar(),
  back: ({ similar }) => void similar.back(),
  acceptMany: (bench) => void bench.askBatch('accept'),
  rejectMany: (bench) => void bench.askBatch('reject'),
  undoBatch: (bench) => void (bench.batches.undoLast() || bench.showBatches()),
  batches: (bench) => bench.showBatches(),
  openInReview: (bench) => void (bench.page = bench.queue.currentId === null ? bench.page : 'review'),
  chooseAll: ({ gallery }) => gallery.all(),
  chooseNone: ({ gallery, tour }) => void (gallery.chosen > 0 ? gallery.none() : tour.skip()),
  ...DOCK_ACTIONS,
  ...PAGE_ACTIONS,
  projects: (bench) => bench.chooseProject(),
  import: (bench) => void (bench.sheet = 'import'),
  export: (bench) => void (bench.sheet = 'export'),
  tour: ({ tour }) => tour.start(),
  palette: (bench) => void (bench.sheet = 'palette'),
  help: (bench) => void (bench.sheet = bench.sheet === 'help' ? null : 'help'),
};

export function runCommand(command: Command, bench: Workbench): void {
  ACTIONS[command](bench);
}

/** Commands that hold while their key is held: what pressing and letting go do. */
const HELD: Partial<Record<Command, (bench: Workbench, on: boolean) => void>> = {
  compare: ({ desk }, on) => void (desk.editing.comparing = on),
};

export function holdCommand(command: Command, bench: Workbench, on: boolean): void {
  HELD[command]?.(bench, on);
}
