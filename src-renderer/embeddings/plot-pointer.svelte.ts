/** Pointers and wheels on the plot: the loop or box that is drawn, pan, zoom about the pointer, the dot under it. */
import type { Point } from '../canvas/viewport.ts';
import type { View } from '../canvas/view.svelte.ts';
import { boxLoop } from './dots.ts';
import type { Tool } from './plotting.svelte.ts';

const ZOOM_PER_PIXEL = 0.0022;
const LINE = 16;
/** How far a press may wander and still be a click, and points of a loop lie apart; CSS pixels. */
const CLICK = 4;
const APART = 3;

export interface PlotHooks {
  readonly view: View;
  readonly tool: () => Tool;
  /** A loop was drawn around dots, or is drawn still; null: none is. */
  readonly onloop: (loop: readonly Point[] | null) => void;
  readonly onselect: (loop: readonly Point[], more: boolean) => void;
  readonly onclick: (at: Point, more: boolean) => void;
  readonly onopen: (at: Point) => void;
  readonly onhover: (at: Point | null) => void;
}

/** Handles the pointers of the plot until the returned function is called. */
export function handlePlotPointers(element: HTMLElement, hooks: PlotHooks): () => void {
  const { view } = hooks;
  let mode: 'none' | 'pan' | 'draw' = 'none';
  let start: Point = { x: 0, y: 0 };
  let last = start;
  let loop: Point[] = [];
  let clicked = false;

  const at = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent): void => {
    if (event.button > 1) return;
    start = last = at(event);
    const pans = event.button === 1 || view.panning || hooks.tool() === 'pan';
    mode = pans ? 'pan' : 'draw';
    clicked = event.button === 0;
    loop = [start];
    element.setPointerCapture(event.pointerId);
    element.focus();
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    const point = at(event);
    if (Math.hypot(point.x - start.x, point.y - start.y) > CLICK) clicked = false;
    if (mode === 'pan') view.pan(point.x - last.x, point.y - last.y);
    else if (mode === 'draw' && !clicked) {
      if (hooks.tool() === 'box') loop = boxLoop(start, point);
      else {
        const before = loop.at(-1)!;
        if (Math.hypot(point.x - before.x, point.y - before.y) >= APART) loop.push(point);
      }
      hooks.onloop([...loop]);
    }
    last = point;
    hooks.onhover(mode === 'none' ? point : null);
  };
  const up = (event: PointerEvent): void => {
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (clicked && mode !== 'none') hooks.onclick(at(event), more);
    else if (mode === 'draw') hooks.onselect(loop, more);
    cancel();
  };
  const cancel = (): void => {
    mode = 'none';
    clicked = false;
    hooks.onloop(null);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    // A pinch on a touchpad arrives as a wheel with ctrlKey set.
    if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(-event.deltaY * unit * ZOOM_PER_PIXEL), at(event));
    else {
      const sideways = event.shiftKey && event.deltaX === 0;
      view.pan(-(sideways ? event.deltaY : event.deltaX) * unit, sideways ? 0 : -event.deltaY * unit);
    }
    hooks.onhover(at(event));
  };

  const controller = new AbortController();
  const { signal } = controller;
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', cancel, { signal });
  element.addEventListener('pointerleave', () => hooks.onhover(null), { signal });
  element.addEventListener('dblclick', (event) => hooks.onopen(at(event)), { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  return () => controller.abort();
}
