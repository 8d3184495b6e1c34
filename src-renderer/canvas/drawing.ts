/**
 * What the layers draw, in world units. Lines keep their width on screen whatever the zoom: `unit` is one CSS pixel
 * in world units. Light lines lie on dark ones so that they can be seen on any picture.
 */
import { LABEL_LINE } from './label-line.ts';
import type { Rect, Tokens } from './viewport.ts';

export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly unit: number;
}

const HALO = 'rgb(0 0 0 / 75%)';
const BOX = '#ffffff';

/** From here on a picture pixel is worth seeing as a square. */
const PIXELATED_FROM = 6;

export function drawPicture(
  { context }: Drawing,
  picture: { bitmap: ImageBitmap; width: number; height: number },
  scale: number,
): void {
  const { a: devicePixels, e: left, f: top } = context.getTransform();
  if (Math.abs(picture.bitmap.width - picture.width * devicePixels) < 1) {
    // Decoded at the size it is drawn with: pixel by pixel, neither resampled nor blurred.
    context.save();
    context.setTransform(1, 0, 0, 1, Math.round(left), Math.round(top));
    context.drawImage(picture.bitmap, 0, 0);
    context.restore();
    return;
  }
  context.imageSmoothingEnabled = scale < PIXELATED_FROM;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture.bitmap, 0, 0, picture.width, picture.height);
}

/** A grid-shaped bitmap over its place on the picture. */
export function drawScaled(
  { context }: Drawing,
  bitmap: CanvasImageSource,
  rect: Rect,
  opacity: number,
  smooth: boolean,
): void {
  context.save();
  context.globalAlpha = opacity;
  context.imageSmoothingEnabled = smooth;
  context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height);
  context.restore();
}

/** The foreground's outline. */
export function drawOutline(drawing: Drawing, tokens: Tokens, lines: readonly number[]): void {
  tracePath(drawing, tokens, lines);
  for (const { colour, width } of LABEL_LINE) {
    drawing.context.lineWidth = width * drawing.unit;
    drawing.context.strokeStyle = colour;
    drawing.context.stroke();
  }
}

/** Share of a token's side that each of its corner marks is long. */
const CORNER = 0.3;

/**
 * What lies under the pointer. A token has its corners marked, so that it is not taken for a box and nothing of it is
 * hidden; what a brush would paint has a fine dashed edge.
 */
export function drawHovered(
  drawing: Drawing,
  tokens: Tokens,
  lines: readonly number[],
  kind: 'token' | 'brush',
): void {
  if (kind === 'token') {
    drawLines(drawing, tokens, cornersOf(lines), BOX, 2);
    return;
  }
  const { context, unit } = drawing;
  tracePath(drawing, tokens, lines);
  context.lineWidth = unit;
  context.strokeStyle = '#000000';
  context.stroke();
  context.save();
  context.setLineDash([3 * unit, 3 * unit]);
  context.strokeStyle = BOX;
  context.stroke();
  context.restore();
}

/** Both ends of every line. */
function cornersOf(lines: readonly number[]): number[] {
  const corners: number[] = [];
  for (let i = 0; i < lines.length; i += 4) {
    const [x0, y0, x1, y1] = lines.slice(i, i + 4) as [number, number, number, number];
    const [dx, dy] = [Math.sign(x1 - x0) * CORNER, Math.sign(y1 - y0) * CORNER];
    corners.push(x0, y0, x0 + dx, y0 + dy, x1 - dx, y1 - dy, x1, y1);
  }
  return corners;
}

function drawLines(
  drawing: Drawing,
  tokens: Tokens,
  lines: readonly number[],
  colour: string,
  width: number,
): void {
  tracePath(drawing, tokens, lines);
  strokeTwice(drawing.context, drawing.unit, colour, width);
}

function tracePath({ context }: Drawing, tokens: Tokens, lines: readonly number[]): void {
  const [x, y] = toWorld(tokens);
  context.beginPath();
  for (let i = 0; i < lines.length; i += 4) {
    context.moveTo(x(lines[i]!), y(lines[i + 1]!));
    context.lineTo(x(lines[i + 2]!), y(lines[i + 3]!));
  }
  context.lineCap = 'square';
}

export function drawGrid({ context, unit }: Drawing, tokens: Tokens): void {
  const [x, y] = toWorld(tokens);
  context.beginPath();
  for (let col = 0; col <= tokens.cols; col++) {
    context.moveTo(x(col), y(0));
    context.lineTo(x(col), y(tokens.rows));
  }
  for (let row = 0; row <= tokens.rows; row++) {
    context.moveTo(x(0), y(row));
    context.lineTo(x(tokens.cols), y(row));
  }
  context.lineWidth = 2 * unit;
  context.strokeStyle = 'rgb(0 0 0 / 30%)';
  context.stroke();
  context.lineWidth = unit;
  context.strokeStyle = 'rgb(255 255 255 / 55%)';
  context.stroke();
}

export function drawBoxes(
  { context, unit }: Drawing,
  boxes: readonly (readonly [number, number, number, number])[],
  dash: readonly number[],
): void {
  context.save();
  for (const [x0, y0, x1, y1] of boxes) {
    context.beginPath();
    context.rect(x0, y0, x1 - x0, y1 - y0);
    context.setLineDash([]);
    context.lineWidth = 4 * unit;
    context.strokeStyle = HALO;
    context.stroke();
    context.setLineDash(dash.map((length) => length * unit));
    context.lineWidth = 2 * unit;
    context.strokeStyle = BOX;
    context.stroke();
  }
  context.restore();
}

function strokeTwice(context: CanvasRenderingContext2D, unit: number, colour: string, width: number): void {
  context.lineWidth = (width + 2) * unit;
  context.strokeStyle = HALO;
  context.stroke();
  context.lineWidth = width * unit;
  context.strokeStyle = colour;
  context.stroke();
}

function toWorld({ rect, rows, cols }: Tokens): [x: (col: number) => number, y: (row: number) => number] {
  return [(col) => rect.x + (col / cols) * rect.width, (row) => rect.y + (row / rows) * rect.height];
}
