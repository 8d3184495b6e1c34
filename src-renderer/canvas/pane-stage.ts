/**
 * One pane: picture and map below, label, boxes and grid above, the token under the pointer on top. Setters only note
 * what is to be drawn and ask for the layer they concern, so that a hover never redraws a picture.
 */
import { Group } from 'konva/lib/Group';
import { Layer } from 'konva/lib/Layer';
import { Shape } from 'konva/lib/Shape';
import { Stage } from 'konva/lib/Stage';
import type { Size, Tokens, Viewport } from './viewport.ts';
import { PROPOSED } from './boxes/box-names.ts';
import { wholePixels } from './sharp-canvas.ts';
import {
  drawBoxes,
  drawGrid,
  drawHovered,
  drawOutline,
  drawPicture,
  drawScaled,
  type Drawing,
} from './drawing.ts';

export interface PaneScene {
  readonly picture: {
    readonly bitmap: ImageBitmap;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Where the label's tokens lie, in world units; null without a prediction. */
  readonly tokens: Tokens | null;
  /** Where the map's lie; null without a map. The grid that is drawn is the map's. */
  readonly mapTokens: Tokens | null;
  readonly map: ImageBitmap | null;
  readonly mapOpacity: number;
  readonly smooth: boolean;
  readonly label: ImageBitmap | null;
  readonly labelOpacity: number;
  /** Foreground's outline, flat x0, y0, x1, y1 in grid coordinates. */
  readonly outline: readonly number[];
  readonly showGrid: boolean;
  /** World xyxy. */
  readonly boxes: readonly (readonly [number, number, number, number])[];
  readonly truth: readonly (readonly [number, number, number, number])[];
  readonly proposals: readonly (readonly [number, number, number, number])[];
}

const EMPTY: PaneScene = {
  picture: null,
  tokens: null,
  mapTokens: null,
  map: null,
  mapOpacity: 1,
  smooth: false,
  label: null,
  labelOpacity: 1,
  outline: [],
  showGrid: false,
  boxes: [],
  truth: [],
  proposals: [],
};

/** What each of the two scene layers is drawn from. */
const BASE_PARTS = ['picture', 'mapTokens', 'map', 'mapOpacity', 'smooth'] as const;
const OVERLAY_PARTS = [
  'tokens',
  'mapTokens',
  'label',
  'labelOpacity',
  'outline',
  'showGrid',
  'boxes',
  'truth',
  'proposals',
] as const;

/** An outline, flat x0, y0, x1, y1 in coordinates of the grid `at`. */
export interface Hovered {
  readonly lines: readonly number[];
  readonly at: Tokens;
  /** A token whose value is said, or what a brush would paint. */
  readonly kind: 'token' | 'brush';
}

function sameHovered(a: Hovered | null, b: Hovered | null): boolean {
  if (!a || !b) return a === b;
  if (a.kind !== b.kind) return false;
  const numbers = ({ lines, at: { rect } }: Hovered) => [rect.x, rect.y, rect.width, rect.height, ...lines];
  const [left, right] = [numbers(a), numbers(b)];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

export class PaneStage {
  readonly #stage: Stage;
  readonly #layers: readonly Layer[];
  readonly #groups: readonly Group[];
  #scene: PaneScene = EMPTY;
  #hovered: Hovered | null = null;
  #view: Viewport = { scale: 1, x: 0, y: 0 };

  constructor(container: HTMLDivElement) {
    this.#stage = new Stage({ container, width: 1, height: 1, listening: false });
    const painters = [this.#paintBase, this.#paintOverlay, this.#paintHover];
    this.#layers = painters.map(() => new Layer({ listening: false }));
    this.#groups = painters.map((paint) => {
      const group = new Group();
      group.add(new Shape({ sceneFunc: (context) => paint(this.#drawing(context._context)) }));
      return group;
    });
    this.#layers.forEach((layer, i) => layer.add(this.#groups[i]!));
    this.#stage.add(...(this.#layers as [Layer, ...Layer[]]));
  }

  /**
   * @param size of the pane in CSS pixels
   * @param ratio device pixels for each of them
   */
  resize(size: Size, ratio: number): void {
    for (const layer of this.#layers) layer.getCanvas().setPixelRatio(ratio);
    this.#stage.size(wholePixels(size, ratio));
    // In the frame that shows the new size: the canvases were emptied.
    this.#stage.draw();
  }

  setView(view: Viewport): void {
    const before = this.#view;
    if (view.scale === before.scale && view.x === before.x && view.y === before.y) return;
    this.#view = view;
    for (const group of this.#groups) {
      group.scale({ x: view.scale, y: view.scale });
      group.position({ x: view.x, y: view.y });
    }
    const [base, overlay, hover] = this.#layers as [Layer, Layer, Layer];
    base.batchDraw();
    overlay.batchDraw();
    if (this.#hovered) hover.batchDraw();
  }

  setScene(scene: PaneScene): void {
    const before = this.#scene;
    this.#scene = scene;
    const changed = (part: keyof PaneScene) => before[part] !== scene[part];
    if (BASE_PARTS.some(changed)) this.#layers[0]!.batchDraw();
    if (OVERLAY_PARTS.some(changed)) this.#layers[1]!.batchDraw();
  }

  /** What lies under the pointer or the brush, or null. */
  setHover(hovered: Hovered | null): void {
    if (sameHovered(hovered, this.#hovered)) return;
    this.#hovered = hovered;
    this.#layers[2]!.batchDraw();
  }

  destroy(): void {
    this.#stage.destroy();
  }

  #drawing(context: CanvasRenderingContext2D): Drawing {
    return { context, unit: 1 / this.#view.scale };
  }

  #paintBase = (drawing: Drawing): void => {
    const { picture, mapTokens, map, mapOpacity, smooth } = this.#scene;
    if (picture) drawPicture(drawing, picture, this.#view.scale);
    if (mapTokens && map) drawScaled(drawing, map, mapTokens.rect, mapOpacity, smooth);
  };

  #paintOverlay = (drawing: Drawing): void => {
    const { tokens, mapTokens, label, labelOpacity, outline, showGrid, boxes, truth, proposals } =
      this.#scene;
    if (tokens && label) {
      drawScaled(drawing, label, tokens.rect, labelOpacity, true);
      drawOutline(drawing, tokens, outline);
    }
    const lined = mapTokens ?? tokens;
    if (lined && showGrid) drawGrid(drawing, lined);
    drawBoxes(drawing, proposals, PROPOSED);
    drawBoxes(drawing, boxes, []);
    drawBoxes(drawing, truth, [6, 4]);
  };

  #paintHover = (drawing: Drawing): void => {
    if (this.#hovered) drawHovered(drawing, this.#hovered.at, this.#hovered.lines, this.#hovered.kind);
  };
}
