/**
 * Dots on a canvas: a shape for each decision, as `StateMark` has them, in its colour or in that of a number. Each look is
 * drawn once and stamped from then on, so that ten thousand take a few milliseconds.
 */
import type { SampleState } from '../../src-shared/contract/domain.ts';
import { colormapTable } from '../canvas/colormap.ts';
import { keptContext } from '../canvas/kept-context.ts';
import type { Viewport } from '../canvas/viewport.ts';
import type { Dots } from './dots.ts';

/** CSS pixels. */
const RADIUS = 4;
const STAMP = 14;
/** Colours that numbers are told apart by. */
export const SHADES = 24;
const NO_SHADE = -1;

export interface Look {
  /** Colours of the theme by the name of their variable. */
  readonly colour: (name: string) => string;
  /** Device pixels for each CSS pixel. */
  readonly ratio: number;
}

/** Draws all dots anew: those that are not selected first, so that selected ones lie on top. */
export function drawDots(
  context: CanvasRenderingContext2D,
  dots: Dots,
  view: Viewport,
  isChosen: ((sample: number) => boolean) | null,
  look: Look,
): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const stamps = new Stamps(look);
  const { ratio } = look;
  const half = (STAMP * ratio) / 2;
  const pass = (chosen: boolean): void => {
    for (let i = 0; i < dots.count; i++) {
      if (isChosen && isChosen(dots.samples[i]!) !== chosen) continue;
      const x = (dots.x[i]! * view.scale + view.x + dots.besideX[i]!) * ratio - half;
      const y = (dots.y[i]! * view.scale + view.y + dots.besideY[i]!) * ratio - half;
      if (x < -2 * half || y < -2 * half || x > width || y > height) continue;
      context.globalAlpha = isChosen && !chosen ? 0.35 : 1;
      context.drawImage(stamps.of(dots.states[i]!, shadeOf(dots, i), chosen), x, y);
    }
  };
  pass(false);
  if (isChosen) pass(true);
  context.globalAlpha = 1;
}

function shadeOf({ values, range }: Dots, i: number): number | null {
  if (!values) return null;
  const value = values[i]!;
  if (Number.isNaN(value) || !range) return NO_SHADE;
  const [low, high] = range;
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return Math.min(SHADES - 1, Math.floor(share * SHADES));
}

/** The colour of a shade; numbers are drawn in viridis, whatever maps are. */
export function shadeColour(shade: number): string {
  const table = colormapTable('viridis');
  const at = 3 * Math.round((255 * shade) / (SHADES - 1));
  return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
}

const VARIABLES: Readonly<Record<SampleState, string>> = {
  unlabelled: '--muted',
  pending: '--text',
  accepted: '--accepted',
  corrected: '--corrected',
  rejected: '--rejected',
};

class Stamps {
  readonly #look: Look;
  readonly #made = new Map<string, OffscreenCanvas>();

  constructor(look: Look) {
    this.#look = look;
  }

  of(state: SampleState, shade: number | null, chosen: boolean): OffscreenCanvas {
    const key = `${state} ${shade} ${chosen}`;
    const known = this.#made.get(key);
    if (known) return known;
    const made = this.#draw(state, shade, chosen);
    this.#made.set(key, made);
    return made;
  }

  #draw(state: SampleState, shade: number | null, chosen: boolean): OffscreenCanvas {
    const { colour, ratio } = this.#look;
    const side = Math.ceil(STAMP * ratio);
    const canvas = new OffscreenCanvas(side, side);
    const context = keptContext(canvas);
    if (!context) return canvas;
    context.scale(ratio, ratio);
    context.translate(STAMP / 2, STAMP / 2);
    if (chosen) {
      context.beginPath();
      context.arc(0, 0, RADIUS + 2, 0, 2 * Math.PI);
      context.lineWidth = 1.5;
      context.strokeStyle = colour('--text');
      context.stroke();
    }
    const fill =
      shade === null
        ? colour(VARIABLES[state])
        : shade === NO_SHADE
          ? colour('--line-strong')
          : shadeColour(shade);
    const path = shape(state);
    const isOpen = state === 'pending' || state === 'unlabelled';
    if (isOpen && shade === null) {
      context.lineWidth = 1.5;
      context.strokeStyle = fill;
      if (state === 'unlabelled') context.setLineDash([2, 2]);
      context.stroke(path);
    } else {
      context.fillStyle = fill;
      context.fill(path);
      context.lineWidth = 1;
      context.strokeStyle = colour('--canvas');
      context.stroke(path);
    }
    return canvas;
  }
}

/** As `StateMark` draws them: circles, a diamond, a square. */
function shape(state: SampleState): Path2D {
  const path = new Path2D();
  if (state === 'corrected') {
    path.moveTo(0, -RADIUS - 1);
    path.lineTo(RADIUS + 1, 0);
    path.lineTo(0, RADIUS + 1);
    path.lineTo(-RADIUS - 1, 0);
    path.closePath();
  } else if (state === 'rejected') path.rect(-RADIUS + 0.5, -RADIUS + 0.5, 2 * RADIUS - 1, 2 * RADIUS - 1);
  else path.arc(0, 0, RADIUS - (state === 'accepted' ? 0 : 0.5), 0, 2 * Math.PI);
  return path;
}
