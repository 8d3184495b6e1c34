/** A label as a canvas: foreground orange, background blue, ignore a grey hatch (so that it is not colour alone). */
import { FG, IGNORE, type Grid } from '../../src-shared/kernels/types.ts';

/** Canvas pixels per token: enough for a clean hatch, little enough to redraw on every brush move. */
const CELL = 12;
const FG_FILL = 'rgb(230 159 0 / 45%)';
const BG_FILL = 'rgb(86 180 233 / 22%)';
const IGNORE_FILL = 'rgb(128 128 128 / 12%)';
const HATCH_DARK = 'rgb(0 0 0 / 40%)';
const HATCH_LIGHT = 'rgb(235 235 235 / 50%)';

export function labelImage(label: Int8Array, [rows, cols]: Grid): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = cols * CELL;
  canvas.height = rows * CELL;
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  const hatch = hatchPattern(context);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = label[row * cols + col];
      context.fillStyle = value === FG ? FG_FILL : value === IGNORE ? IGNORE_FILL : BG_FILL;
      context.fillRect(col * CELL, row * CELL, CELL, CELL);
      if (value !== IGNORE || !hatch) continue;
      context.fillStyle = hatch;
      context.fillRect(col * CELL, row * CELL, CELL, CELL);
    }
  }
  return canvas;
}

/** Diagonal lines, light beside dark, seen on any picture. The tile's side divides the cell's: no seams. */
function hatchPattern(context: CanvasRenderingContext2D): CanvasPattern | null {
  const tile = document.createElement('canvas');
  tile.width = tile.height = CELL;
  const brush = tile.getContext('2d');
  if (!brush) return null;
  for (const [colour, shift] of [
    [HATCH_DARK, 1],
    [HATCH_LIGHT, 0],
  ] as const) {
    brush.strokeStyle = colour;
    brush.beginPath();
    for (const start of [-CELL, 0, CELL]) {
      brush.moveTo(start + shift, CELL);
      brush.lineTo(start + CELL + shift, 0);
    }
    brush.stroke();
  }
  return context.createPattern(tile, 'repeat');
}
