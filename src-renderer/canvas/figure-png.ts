/** A figure as PNG, drawn anew from the data at a size of its own: no screenshot of what happens to be on screen. */
import { FG } from '../../src-shared/kernels/types.ts';
import { PROPOSED } from './boxes/box-names.ts';
import { outline } from './contour.ts';
import { figureNames, layOut, type Figure, type FigureLayout } from './figure.ts';
import { legendStops, toRgba } from './map-colours.ts';
import { tokensAt } from './viewport.ts';
import { formatValue } from '../ui/words.ts';
import { drawBoxes, drawGrid, drawOutline, drawPicture, drawScaled, type Drawing } from './drawing.ts';
import { labelImage } from './label-image.ts';

const PAPER = '#ffffff';
const INK = '#1a1a1a';
const EMPTY = '#bdbdbd';
const FONT = "'Inter Variable', system-ui, sans-serif";

/** @param picture as decoded; null leaves its place empty */
export async function figurePng(figure: Figure, picture: ImageBitmap | null): Promise<Blob> {
  const place = layOut(figure);
  const [canvas, context] = surface(place.width, place.height);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, place.width, place.height);
  context.fillStyle = EMPTY;
  context.fillRect(0, 0, place.picture.width, place.picture.height);
  context.save();
  context.beginPath();
  context.rect(0, 0, place.picture.width, place.picture.height);
  context.clip();
  context.scale(place.scale, place.scale);
  drawScene({ context, unit: 1 / place.scale }, figure, picture, place.scale);
  context.restore();
  drawNames(context, figure, place);
  drawLegend(context, figure, place);
  drawCaption(context, place);
  return asBlob(canvas, 'image/png');
}

/** Photographs take a tenth of the room as JPEG, and nobody sees the difference. */
const PICTURE_QUALITY = 0.92;

/** The picture as a data URL, at most as large as a figure shows it. */
export function pictureUrl(figure: Figure, picture: ImageBitmap): string {
  const { picture: size } = layOut(figure);
  const scale = Math.min(1, size.width / picture.width);
  const [canvas, context] = surface(
    Math.max(1, Math.round(picture.width * scale)),
    Math.max(1, Math.round(picture.height * scale)),
  );
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', PICTURE_QUALITY);
}

/** The figure's map as a data URL of one pixel per cell; null without a map. */
export function mapUrl({ map }: Figure): string | null {
  if (!map) return null;
  const [rows, cols] = map.grid;
  const [canvas, context] = surface(cols, rows);
  context.putImageData(new ImageData(toRgba(map.values, map.scale, map.colormap), cols, rows), 0, 0);
  return canvas.toDataURL('image/png');
}

function drawScene(drawing: Drawing, figure: Figure, picture: ImageBitmap | null, scale: number): void {
  const { size, map, label, cells, boxes, truth, proposals } = figure;
  if (picture) drawPicture(drawing, { bitmap: picture, ...size }, scale);
  if (map) {
    const [rows, cols] = map.grid;
    const [canvas, context] = surface(cols, rows);
    context.putImageData(new ImageData(toRgba(map.values, map.scale, map.colormap), cols, rows), 0, 0);
    drawScaled(drawing, canvas, tokensAt(map).rect, map.opacity, map.smooth);
  }
  if (label) {
    const tokens = tokensAt(label);
    drawScaled(drawing, labelImage(label.values, label.grid, 'faint'), tokens.rect, label.opacity, true);
    drawOutline(drawing, tokens, outline(label.values, label.grid, FG));
  }
  if (cells) drawGrid(drawing, tokensAt(cells));
  drawBoxes(drawing, proposals, PROPOSED);
  drawBoxes(drawing, boxes, []);
  drawBoxes(drawing, truth, [6, 4]);
}

function drawNames(context: CanvasRenderingContext2D, figure: Figure, place: FigureLayout): void {
  context.font = `${place.text}px ${FONT}`;
  context.textAlign = 'center';
  for (const { name, x, y, width, height } of figureNames(figure, place)) {
    context.fillStyle = '#000000';
    context.fillRect(x, y, width, height);
    context.fillStyle = '#ffffff';
    context.fillText(name, x + width / 2, y + height * 0.7);
  }
}

function drawLegend(context: CanvasRenderingContext2D, { map }: Figure, place: FigureLayout): void {
  if (!map) return;
  const { x, y, width, height } = place.legend;
  const colours = context.createLinearGradient(x, 0, x + width, 0);
  for (const { at, rgb } of legendStops(map.scale, map.colormap))
    colours.addColorStop(at, `rgb(${rgb.join()})`);
  context.fillStyle = colours;
  context.fillRect(x, y, width, height);
  context.fillStyle = INK;
  context.font = `${place.text}px ${FONT}`;
  context.textAlign = 'right';
  context.fillText(formatValue(map.scale.min), x - place.text / 2, y + place.text * 0.85);
  context.textAlign = 'left';
  context.fillText(formatValue(map.scale.max), x + width + place.text / 2, y + place.text * 0.85);
}

function drawCaption(context: CanvasRenderingContext2D, { lines, text }: FigureLayout): void {
  context.fillStyle = INK;
  context.textAlign = 'left';
  for (const line of lines) {
    let x = text;
    if (line.name !== '') {
      context.font = `600 ${text}px ${FONT}`;
      context.fillText(`${line.name}: `, x, line.y);
      x += context.measureText(`${line.name}: `).width;
    }
    context.font = `${text}px ${FONT}`;
    context.fillText(line.text, x, line.y);
  }
}

function surface(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser gives no canvas to draw on');
  return [canvas, context];
}

function asBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the figure could not be written'))),
      type,
    );
  });
}
