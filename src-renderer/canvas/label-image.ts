/**
 * A label as a bitmap that leaves the photograph its colours: foreground filled orange, ignore hatched grey (not colour
 * alone), background untouched. While it is looked at the fill is faint, for the foreground's outline says where it is;
 * while it is painted the fill is full, and a blue line says where background meets something else.
 */
import { BG, FG, IGNORE, type Grid } from '../../src-shared/kernels/types.ts';
import { FAINT, innerLines, outline, type LabelFill } from './contour.ts';
import { keptContext } from './kept-context.ts';

/** Canvas pixels per token: enough for a clean hatch, little enough to redraw on every brush move. */
const CELL = 12;
const FG_FILL = 'rgb(230 159 0 / 45%)';
const BG_LINE = 'rgb(86 180 233 / 80%)';
const BG_LINE_WIDTH = 1.5;
const HATCH_DARK = 'rgb(0 0 0 / 45%)';
const HATCH_LIGHT = 'rgb(235 235 235 / 60%)';

/** @param label one value per token, `[H*W]` row-major */
export function labelImage(label: Int8Array, grid: Grid, fill: LabelFill): ImageBitmap {
  const [rows, cols] = grid;
  const canvas = new OffscreenCanvas(cols * CELL, rows * CELL);
  const context = keptContext(canvas);
  if (!context) return canvas.transferToImageBitmap();
  context.globalAlpha = fill === 'faint' ? FAINT : 1;
  fillCells(context, label, grid, FG, FG_FILL);
  const hatch = hatchTile();
  if (hatch) fillCells(context, label, grid, IGNORE, context.createPattern(hatch, 'repeat') ?? 'transparent');
  if (fill === 'full') drawBackgroundEdge(context, label, grid);
  return canvas.transferToImageBitmap();
}

function drawBackgroundEdge(context: OffscreenCanvasRenderingContext2D, label: Int8Array, grid: Grid): void {
  // The line's outer half falls on other cells: cut off, so that it says on which side background is.
  context.clip(cellsPath(label, grid, BG));
  context.strokeStyle = BG_LINE;
  context.lineWidth = 2 * BG_LINE_WIDTH;
  context.beginPath();
  const lines = innerLines(outline(label, grid, BG), grid);
  for (let i = 0; i < lines.length; i += 4) {
    context.moveTo(lines[i]! * CELL, lines[i + 1]! * CELL);
    context.lineTo(lines[i + 2]! * CELL, lines[i + 3]! * CELL);
  }
  context.stroke();
}

function fillCells(
  context: OffscreenCanvasRenderingContext2D,
  label: Int8Array,
  grid: Grid,
  value: number,
  style: string | CanvasPattern,
): void {
  context.fillStyle = style;
  context.fill(cellsPath(label, grid, value));
}

/** All cells of one value, neighbours in a row joined: one fill, no seams. */
function cellsPath(label: Int8Array, [rows, cols]: Grid, value: number): Path2D {
  const path = new Path2D();
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const start = col;
      while (col < cols && label[row * cols + col] === value) col++;
      if (col > start) path.rect(start * CELL, row * CELL, (col - start) * CELL, CELL);
    }
  }
  return path;
}

let tile: HTMLCanvasElement | null = null;

/** Diagonal lines, light beside dark, seen on any picture. The tile's side divides the cell's: no seams. */
function hatchTile(): HTMLCanvasElement | null {
  if (tile) return tile;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = CELL / 2;
  const brush = keptContext(canvas);
  if (!brush) return null;
  const side = CELL / 2;
  for (const [colour, shift] of [
    [HATCH_DARK, 1],
    [HATCH_LIGHT, 0],
  ] as const) {
    brush.strokeStyle = colour;
    brush.beginPath();
    for (const start of [-side, 0, side]) {
      brush.moveTo(start + shift, side);
      brush.lineTo(start + side + shift, 0);
    }
    brush.stroke();
  }
  tile = canvas;
  return tile;
}
