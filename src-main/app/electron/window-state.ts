/**
 * Where the windows were: one small file in the user's data folder. A place that no display shows any more (another
 * desk, an unplugged monitor) is not used; a damaged file is as good as none.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400).max(20_000),
  height: z.number().int().min(300).max(20_000),
});
/** Device-independent pixels of the desktop. */
export type Bounds = z.infer<typeof boundsSchema>;

const stateSchema = z.object({ bounds: boundsSchema, maximized: z.boolean() });
export type WindowState = z.infer<typeof stateSchema>;

/** So much of the title bar must be on a display, or the window cannot be taken hold of. */
const GRIP = { width: 120, height: 32 } as const;

/** The state in `path` when it was kept and one of the displays shows it, else null. */
export function readWindowState(path: string, displays: readonly Bounds[]): WindowState | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const state = parse(text);
  return state && isReachable(state.bounds, displays) ? state : null;
}

/** Whether one of the displays shows enough of a window to take hold of it. */
export function isReachable(bounds: Bounds, displays: readonly Bounds[]): boolean {
  return displays.some((display) => holds(display, bounds));
}

/** Keeps the state. A folder that cannot be written only costs the comfort: the next start uses the defaults. */
export function keepWindowState(path: string, state: WindowState): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(state));
    renameSync(temporary, path);
  } catch {
    return;
  }
}

/** Where another window goes: a little right and down of the one it was opened from, so that both are seen. */
export function cascade({ x, y, width, height }: Bounds): Bounds {
  return { x: x + 28, y: y + 28, width, height };
}

function parse(text: string): WindowState | null {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function holds(display: Bounds, { x, y, width }: Bounds): boolean {
  const across = Math.min(x + width, display.x + display.width) - Math.max(x, display.x);
  return across >= GRIP.width && y >= display.y && y + GRIP.height <= display.y + display.height;
}
