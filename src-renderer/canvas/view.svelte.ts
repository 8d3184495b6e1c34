/**
 * The view all panes share: zoom and position, the token under the pointer, and how maps are drawn. Zoom and position
 * are in terms of the first pane; panes of another size follow in proportion.
 */
import { createContext } from 'svelte';
import { COLORMAPS, type ColormapName } from './colormap.ts';
import {
  carryOver,
  centred,
  fit,
  pan,
  toWorld,
  zoomAt,
  type Point,
  type Size,
  type Viewport,
} from './viewport.ts';
import { devicePixels } from '../ui/device-pixels.svelte.ts';
import { readChoice, readFlag, readNumber, store } from '../shell/stored.dom.ts';

const FLAGS = {
  labels: true,
  boxes: true,
  truth: false,
  proposals: true,
  grid: false,
  smooth: false,
  keep: false,
};
export type Flag = keyof typeof FLAGS;

export class View {
  viewport = $state.raw<Viewport>({ scale: 1, x: 0, y: 0 });
  pane = $state.raw<Size>({ width: 1, height: 1 });
  picture = $state.raw<Size>({ width: 1, height: 1 });
  /** Pointer over a pane in world units (source pixels), or null: each map and the label have grids of their own. */
  hover = $state.raw<Point | null>(null);
  /** A pane has the keyboard: its cell cursor is in use. */
  inPane = $state(false);
  /** Space is held: dragging pans whatever the tool. */
  panning = $state(false);
  /** The picture is shown without map, label, boxes and marks. */
  bare = $state(false);
  colormap = $state<ColormapName>(readChoice('colormap', COLORMAPS, 'viridis'));
  mapOpacity = $state(readNumber('mapOpacity', 0.6));
  labelOpacity = $state(readNumber('labelOpacity', 0.6));
  flags = $state<Record<Flag, boolean>>(
    Object.fromEntries(
      (Object.keys(FLAGS) as Flag[]).map((flag) => [flag, readFlag(flag, FLAGS[flag])]),
    ) as Record<Flag, boolean>,
  );
  /** The picture fits and follows the pane's size until a person zooms or pans. */
  #fitted = true;

  toggle(flag: Flag): void {
    this.flags[flag] = !this.flags[flag];
    store(flag, this.flags[flag]);
  }

  setColormap(name: ColormapName): void {
    this.colormap = name;
    store('colormap', name);
  }

  setOpacity(which: 'mapOpacity' | 'labelOpacity', value: number): void {
    this[which] = value;
    store(which, value);
  }

  /**
   * What a pane of another size shows: the same part of the picture at the same share of its fit, so that a pane
   * pulled larger shows it larger.
   */
  viewportIn(pane: Size): Viewport {
    const { width, height } = this.pane;
    if (pane.width === width && pane.height === height) return this.viewport;
    const { picture } = this;
    return carryOver(this.viewport, { picture, pane: this.pane }, { picture, pane });
  }

  /** Device pixels for each source pixel when the first pane shows all of a picture; 1 while there is no pane. */
  fittedScale(picture: Size): number {
    return this.pane.width > 1 ? fit(picture, this.pane).scale * devicePixels.ratio : 1;
  }

  /**
   * What was pointed at is not there any more: the sample, the view or the panes changed. The pointer marks anew as it
   * moves; the cell cursor of a pane that has the keyboard stays.
   */
  unmark(): void {
    if (!this.inPane) this.hover = null;
  }

  /** The size of the first pane. */
  setPane(pane: Size): void {
    if (pane.width < 1 || pane.height < 1) return;
    if (pane.width === this.pane.width && pane.height === this.pane.height) return;
    const from = { picture: this.picture, pane: this.pane };
    this.pane = pane;
    this.viewport = this.#fitted
      ? fit(this.picture, pane)
      : carryOver(this.viewport, from, { picture: this.picture, pane });
  }

  /** Another picture is on screen: fitted, or at the same place and zoom when that was asked for. */
  setPicture(picture: Size): void {
    const from = { picture: this.picture, pane: this.pane };
    this.picture = picture;
    this.unmark();
    if (this.#fitted || !this.flags.keep) this.fit();
    else this.viewport = carryOver(this.viewport, from, { picture, pane: this.pane });
  }

  fit(): void {
    this.#fitted = true;
    this.unmark();
    const fitted = fit(this.picture, this.pane);
    const { scale, x, y } = this.viewport;
    if (fitted.scale !== scale || fitted.x !== x || fitted.y !== y) this.viewport = fitted;
  }

  /** One picture pixel per CSS pixel, about what is in the middle. */
  actualSize(): void {
    const middle = toWorld(this.viewport, { x: this.pane.width / 2, y: this.pane.height / 2 });
    this.#fitted = false;
    this.unmark();
    this.viewport = centred(1, middle, this.pane);
  }

  zoom(factor: number, at: Point = { x: this.pane.width / 2, y: this.pane.height / 2 }): void {
    this.#fitted = false;
    this.unmark();
    this.viewport = zoomAt(this.viewport, factor, at, this.picture, this.pane);
  }

  pan(dx: number, dy: number): void {
    this.#fitted = false;
    this.unmark();
    this.viewport = pan(this.viewport, dx, dy, this.picture, this.pane);
  }
}

export const [getView, setView] = createContext<View>();
