/** The linked panes over one picture: which maps they show, and how they are looked at. */
import { getView } from '../canvas/view.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { getSession } from '../shell/session.svelte.ts';
import { COMMANDS } from './commands.ts';
import { nextArrangement, nextCount } from './pane-layout.ts';
import { Panes, setPanes } from './panes.svelte.ts';

const ZOOM_STEP = 1.25;
/** CSS pixels. */
const PAN_STEP = 48;

export default feature({
  name: 'panes',
  commands: COMMANDS,
  gestures: [
    { words: 'Pan while held', keys: 'Space + drag' },
    { words: 'Pan', keys: 'Wheel or middle drag' },
    { words: 'Zoom about the pointer', keys: 'Ctrl + wheel' },
    { words: 'Select or resize the region’s box (Select tool)', keys: 'Click, then drag' },
    { words: 'Draw with keys: enter a pane', keys: 'Tab' },
    { words: 'In a pane: move, start or stop drawing, do both', keys: 'Arrows, Space, Enter' },
  ],
  begin() {
    const view = getView();
    const panes = setPanes(new Panes(getSession()));
    return {
      acts: {
        paneCursor: () => document.querySelector<HTMLElement>('[data-cursor]')?.focus(),
        fit: () => view.fit(),
        actualSize: () => view.actualSize(),
        keepView: () => view.toggle('keep'),
        labels: () => view.toggle('labels'),
        boxes: () => view.toggle('boxes'),
        truth: () => view.toggle('truth'),
        proposals: () => view.toggle('proposals'),
        bare: {
          run: () => void (view.bare = !view.bare),
          hold: (on) => void (view.bare = on),
        },
        grid: () => view.toggle('grid'),
        smooth: () => view.toggle('smooth'),
        layout: () => panes.setCount(nextCount(panes.count)),
        arrangement: () => panes.arrange(nextArrangement(panes.arrangement)),
        sharedScale: () => panes.toggleShared(),
        zoomIn: () => view.zoom(ZOOM_STEP),
        zoomOut: () => view.zoom(1 / ZOOM_STEP),
        panLeft: () => view.pan(PAN_STEP, 0),
        panRight: () => view.pan(-PAN_STEP, 0),
        panUp: () => view.pan(0, PAN_STEP),
        panDown: () => view.pan(0, -PAN_STEP),
      },
      // Chosen in the menu or the palette it stays until it is given up.
      givesUp: [
        {
          on: 'anywhere',
          giveUp: () => {
            const was = view.bare;
            view.bare = false;
            return was;
          },
        },
      ],
      grip: { on: 'review', hold: (on) => void (view.panning = on) },
    };
  },
});
