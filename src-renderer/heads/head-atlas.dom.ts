/**
 * Hundreds of small maps on one canvas: all heads are coloured once into one bitmap, each to its own maximum, and only
 * the rows in view are drawn from it.
 */
import { fromFloat16 } from '../../src-shared/kernels/float16.ts';
import { colormapTable, type ColormapName } from '../canvas/colormap.ts';
import { keptContext } from '../canvas/kept-context.ts';
import { headAt, mapAt, type HeadMaps, type HeadScore, type Layout } from './heads.ts';

/** Bits from here on are infinite, not a number or negative: left black. */
const NO_ATTENTION = 0x7c00;
/** Cells from this size on carry their numbers. */
const WORDS_FROM = 52;
const FONT_PX = 10;
const BAR_PX = 3;

let decoded: Float32Array | null = null;

/** Every float16 value ≥ 0 by its bits: decoding half a million of them one by one would be felt. */
function values(): Float32Array {
  return (decoded ??= Float32Array.from({ length: NO_ATTENTION }, (_, bits) => fromFloat16(bits)));
}

const made = new WeakMap<HeadMaps, { readonly colormap: ColormapName; readonly bitmap: ImageBitmap }>();

/** Layers down, heads across, one pixel per token; kept with the maps. */
export function headAtlas(maps: HeadMaps, colormap: ColormapName): ImageBitmap {
  const known = made.get(maps);
  if (known?.colormap === colormap) return known.bitmap;
  const [rows, cols] = maps.grid;
  const width = cols * maps.heads;
  const image = new ImageData(width, rows * maps.layers.length);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = packed(colormapTable(colormap));
  const value = values();
  for (let index = 0; index < maps.layers.length * maps.heads; index++) {
    const bits = mapAt(maps, index);
    // Bits of float16 ≥ 0 sort as their values do.
    let most = 0;
    for (const one of bits) if (one < NO_ATTENTION && one > most) most = one;
    const scale = most > 0 ? 255 / value[most]! : 0;
    const left = (index % maps.heads) * cols;
    const top = Math.floor(index / maps.heads) * rows;
    for (let i = 0; i < bits.length; i++) {
      const at = (top + Math.floor(i / cols)) * width + left + (i % cols);
      pixels[at] = bits[i]! < NO_ATTENTION ? colours[Math.round(value[bits[i]!]! * scale)]! : 0xff000000;
    }
  }
  const canvas = new OffscreenCanvas(width, image.height);
  keptContext(canvas)?.putImageData(image, 0, 0);
  const bitmap = canvas.transferToImageBitmap();
  made.set(maps, { colormap, bitmap });
  return bitmap;
}

/** RGB bytes `[256*3]` as opaque little-endian pixels. */
function packed(table: Uint8Array): Uint32Array {
  return Uint32Array.from(
    { length: 256 },
    (_, i) => (0xff000000 | (table[i * 3 + 2]! << 16) | (table[i * 3 + 1]! << 8) | table[i * 3]!) >>> 0,
  );
}

export interface HeadScene {
  readonly atlas: ImageBitmap;
  readonly maps: HeadMaps;
  /** Head indices in the order shown. */
  readonly shown: readonly number[];
  readonly scores: readonly (HeadScore | undefined)[];
  /** By place: in the recipe. */
  readonly members: readonly boolean[];
  /** By place: one of the recipe's sink heads. */
  readonly sinks: readonly boolean[];
  /** The place the keyboard is on. */
  readonly chosen: number | null;
  readonly layout: Layout;
  readonly gap: number;
  /** CSS pixels scrolled off the top. */
  readonly from: number;
  readonly width: number;
  readonly height: number;
  readonly smooth: boolean;
  /** Device pixels for each CSS pixel. */
  readonly ratio: number;
}

/** Draws what is in view. Colours are those of the canvas's theme. */
export function drawHeads(canvas: HTMLCanvasElement, scene: HeadScene): void {
  const context = canvas.getContext('2d');
  if (!context || scene.width < 1 || scene.height < 1) return;
  const scale = scene.ratio;
  fitCanvas(canvas, scene, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, scene.width, scene.height);
  context.imageSmoothingEnabled = scene.smooth;
  context.font = `${FONT_PX}px ${colour('--font-mono')}`;
  context.textBaseline = 'bottom';
  const { cols, pitch } = scene.layout;
  const side = pitch - scene.gap;
  const first = Math.floor(scene.from / pitch) * cols;
  const end = Math.min(scene.shown.length, Math.ceil((scene.from + scene.height) / pitch) * cols);
  for (let place = first; place < end; place++) {
    const x = (place % cols) * pitch;
    const y = Math.floor(place / cols) * pitch - scene.from;
    const index = scene.shown[place]!;
    drawMap(context, scene, index, x, y, side);
    const score = scene.scores[index];
    if (side >= WORDS_FROM) drawWords(context, wordsOf(scene.maps, index, score), x, y + side - BAR_PX, side);
    if (score?.sink) {
      context.fillStyle = colour('--bg');
      context.fillRect(x, y + side - BAR_PX, side * score.sink, BAR_PX);
    }
    if (scene.members[place]) frame(context, colour('--fg'), x, y, side, 2);
    if (scene.sinks[place]) corner(context, colour('--bg'), x, y, side);
    if (place === scene.chosen) frame(context, colour('--text'), x - 1, y - 1, side + 2, 2);
  }
}

function fitCanvas(canvas: HTMLCanvasElement, { width, height }: HeadScene, scale: number): void {
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

function drawMap(
  context: CanvasRenderingContext2D,
  { atlas, maps }: HeadScene,
  index: number,
  x: number,
  y: number,
  side: number,
): void {
  const [rows, cols] = maps.grid;
  const left = (index % maps.heads) * cols;
  const top = Math.floor(index / maps.heads) * rows;
  const long = Math.max(rows, cols);
  const [w, h] = [(side * cols) / long, (side * rows) / long];
  context.drawImage(atlas, left, top, cols, rows, x + (side - w) / 2, y + (side - h) / 2, w, h);
}

/** `14.3 .93` */
function wordsOf(maps: HeadMaps, index: number, score: HeadScore | undefined): string {
  const { layer, head } = headAt(maps, index);
  const agreement = score?.agreement ?? null;
  return `${layer}.${head}${agreement === null ? '' : ` ${agreement.toFixed(2).replace(/^0/, '')}`}`;
}

/** White on a dark strip: read on any colour of the map. */
function drawWords(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  side: number,
): void {
  context.fillStyle = 'rgb(0 0 0 / 65%)';
  context.fillRect(x, y - FONT_PX - 2, side, FONT_PX + 2);
  context.fillStyle = '#ffffff';
  context.fillText(words, x + 2, y, side - 4);
}

/** A filled corner: told from a frame by its shape, too. */
function corner(context: CanvasRenderingContext2D, colour: string, x: number, y: number, side: number): void {
  const reach = Math.max(6, side / 4);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x + side - reach, y);
  context.lineTo(x + side, y);
  context.lineTo(x + side, y + reach);
  context.fill();
}

function frame(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  y: number,
  side: number,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + width / 2, y + width / 2, side - width, side - width);
}
