/** Pointers and wheels on a pane that is only looked at: pan, zoom about the pointer, hover. All panes feed one view. */
import { toPane, toWorld, type Point, type Viewport } from '../canvas/viewport.ts';
import type { View } from '../canvas/view.svelte.ts';
import { Pinch } from '../panes/pinch.ts';

const ZOOM_PER_PIXEL = 0.0022;
const LINE = 16;

/**
 * Handles the pointers of one pane until the returned function is called.
 * @param own gives the pane's own viewport, which differs from the shared one where panes differ in size
 */
export function lookAround(element: HTMLElement, view: View, own: () => Viewport): () => void {
  let last: Point | null = null;
  const pinch = new Pinch();
  const at = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** By pixels of this pane. */
  const pan = (dx: number, dy: number): void => {
    const ratio = view.viewport.scale / own().scale;
    view.pan(dx * ratio, dy * ratio);
  };
  const zoom = (factor: number, about: Point): void =>
    view.zoom(factor, toPane(view.viewport, toWorld(own(), about)));

  const down = (event: PointerEvent): void => {
    const point = at(event);
    const together = event.pointerType === 'touch' && pinch.down(event.pointerId, point);
    if (!together && event.button > 1) return;
    last = together ? null : point;
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const move = (event: PointerEvent): void => {
    const point = at(event);
    const step = event.pointerType === 'touch' ? pinch.move(event.pointerId, point) : null;
    if (step) {
      pan(step.pan.x, step.pan.y);
      zoom(step.zoom, step.about);
      return;
    }
    if (last) {
      pan(point.x - last.x, point.y - last.y);
      last = point;
    }
    view.hover = toWorld(own(), point);
  };
  const up = (event: PointerEvent): void => {
    pinch.up(event.pointerId);
    last = null;
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    // A pinch on a touchpad arrives as a wheel with ctrlKey set.
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY * unit * ZOOM_PER_PIXEL), at(event));
    else {
      const sideways = event.shiftKey && event.deltaX === 0;
      pan(-(sideways ? event.deltaY : event.deltaX) * unit, sideways ? 0 : -event.deltaY * unit);
    }
    view.hover = toWorld(own(), at(event));
  };
  const leave = (): void => {
    view.hover = null;
  };

  const controller = new AbortController();
  const { signal } = controller;
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('pointerleave', leave, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  // Middle click would start the browser's own scrolling.
  element.addEventListener('mousedown', (event) => event.button === 1 && event.preventDefault(), { signal });
  return () => controller.abort();
}
