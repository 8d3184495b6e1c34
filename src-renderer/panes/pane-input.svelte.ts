/**
 * Pointers and wheels on a pane: the tool in hand, pan, zoom about the pointer, hover. Every pane feeds the same view, so what
 * happens in one happens in all.
 */
import { Pinch } from './pinch.ts';
import { toGrid, toPane, toWorld, type Point, type Viewport } from '../canvas/viewport.ts';
import type { View } from '../canvas/view.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Tools } from '../editing/tools.svelte.ts';

const ZOOM_PER_PIXEL = 0.0022;
const LINE = 16;
/** CSS pixels: how near is on a handle or a corner, and how far a press may wander and still be a click. */
const REACH = 8;
const CLICK = 4;

/** What pointers act on. */
export interface PointedAt {
  readonly view: View;
  readonly tools: Tools;
  readonly desk: Desk;
}

/**
 * Handles the pointers of one pane until the returned function is called.
 * @param own gives the pane's own viewport, which differs from the shared one where panes differ in size
 */
export function handlePointers(
  element: HTMLElement,
  { view, tools, desk }: PointedAt,
  own: () => Viewport,
): () => void {
  const { editing } = desk;
  let mode: 'none' | 'pan' | 'tool' = 'none';
  let pressed: Point | null = null;
  let last: Point = { x: 0, y: 0 };
  const pinch = new Pinch();

  const at = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** In the label's grid, which is what is painted. */
  const gridPoint = (point: Point): Point | null => {
    const prediction = desk.bundle?.detail.prediction;
    return prediction ? toGrid(toWorld(own(), point), prediction.transform) : null;
  };

  const reach = (): Point => {
    const { scaleX = 0, scaleY = 0 } = desk.bundle?.detail.prediction?.transform ?? {};
    const pixels = REACH / own().scale;
    return { x: pixels * scaleX, y: pixels * scaleY };
  };

  /** By pixels of this pane. */
  const pan = (dx: number, dy: number): void => {
    const ratio = view.viewport.scale / own().scale;
    view.pan(dx * ratio, dy * ratio);
  };

  const down = (event: PointerEvent): void => {
    const point = at(event);
    if (event.pointerType === 'touch' && pinch.down(event.pointerId, point)) {
      cancel();
      element.setPointerCapture(event.pointerId);
      event.preventDefault();
      return;
    }
    const cell = gridPoint(point);
    const uses = event.button === 0 && !view.panning;
    if (uses && cell && editing.press(tools.hand, cell, reach())) mode = 'tool';
    else if (event.button === 1 || (event.button === 0 && (view.panning || tools.tool === 'select')))
      mode = 'pan';
    if (mode === 'none') return;
    pressed = uses && mode === 'pan' ? point : null;
    last = point;
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    const point = at(event);
    const step = event.pointerType === 'touch' ? pinch.move(event.pointerId, point) : null;
    if (step) {
      pan(step.pan.x, step.pan.y);
      view.zoom(step.zoom, toPane(view.viewport, toWorld(own(), step.about)));
      return;
    }
    const cell = gridPoint(point);
    if (mode === 'pan') pan(point.x - last.x, point.y - last.y);
    if (pressed && Math.hypot(point.x - pressed.x, point.y - pressed.y) > CLICK) pressed = null;
    if (mode === 'none' && cell) editing.hover(cell);
    if (mode === 'tool' && cell) {
      // Quick strokes: the browser keeps the points between two frames.
      const between = event.getCoalescedEvents?.() ?? [];
      for (const part of between.length > 1 ? between : [event]) {
        const onGrid = gridPoint(at(part));
        if (onGrid) editing.drag(onGrid);
      }
    }
    last = point;
    view.hover = toWorld(own(), point);
  };
  const up = (event: PointerEvent): void => {
    if (pinch.up(event.pointerId)) return;
    if (mode === 'tool') editing.lift();
    const cell = pressed && gridPoint(pressed);
    if (cell) editing.select(cell);
    pressed = null;
    mode = 'none';
  };
  const cancel = (): void => {
    if (mode === 'tool') editing.giveUp();
    pressed = null;
    mode = 'none';
  };
  const doubleClick = (): void => {
    if (editing.shape?.kind === 'polygon') editing.finish();
  };
  const leave = (): void => {
    view.hover = null;
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    // A pinch on a touchpad arrives as a wheel with ctrlKey set.
    if (event.ctrlKey || event.metaKey) {
      const world = toWorld(own(), at(event));
      view.zoom(Math.exp(-event.deltaY * unit * ZOOM_PER_PIXEL), toPane(view.viewport, world));
    } else {
      const sideways = event.shiftKey && event.deltaX === 0;
      pan(-(sideways ? event.deltaY : event.deltaX) * unit, sideways ? 0 : -event.deltaY * unit);
    }
    view.hover = toWorld(own(), at(event));
  };

  const controller = new AbortController();
  const { signal } = controller;
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  const cancelled = (event: PointerEvent): void => {
    pinch.up(event.pointerId);
    cancel();
  };
  element.addEventListener('pointercancel', cancelled, { signal });
  element.addEventListener('pointerleave', leave, { signal });
  element.addEventListener('dblclick', doubleClick, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  // Middle click would start the browser's own scrolling.
  element.addEventListener('mousedown', (event) => event.button === 1 && event.preventDefault(), { signal });
  return () => controller.abort();
}
