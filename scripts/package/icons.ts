/** The app's icon as pictures of the sizes that desktops look for, drawn from the page's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../lib/paths.mjs';

/** Edges in pixels: hicolor's (freedesktop.org's Icon Theme Specification), and the largest that macOS asks for. */
export const ICON_SIZES = [16, 32, 48, 64, 128, 256, 512] as const;
export const LARGEST_ICON = 1024;
export const ICON_SOURCE = join(root, 'src-renderer', 'icon.svg');

/** A PNG with `edge` pixels on each side. */
export function icon(edge: number): Promise<Buffer> {
  // Drawn at its size, not scaled from another: the SVG's own is 32 at 72 dots an inch.
  return sharp(readFileSync(ICON_SOURCE), { density: (72 * edge) / 32 })
    .resize(edge, edge)
    .png()
    .toBuffer();
}
