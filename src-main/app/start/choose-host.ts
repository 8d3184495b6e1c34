/**
 * Electron or the browser? Cheap reasons against Electron come first, and the one that costs time, fetching its program,
 * has a hard limit and is remembered, so that a machine without network loses seconds once and not at every start.
 */
import { electronProgram } from './electron-program.ts';

export type HostChoice =
  | { readonly kind: 'electron'; readonly program: string }
  | { readonly kind: 'browser'; readonly reason: string };

export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** This machine. */
export function thisMachine(): Machine {
  return { platform: process.platform, isRoot: process.getuid?.() === 0, env: process.env };
}

/** Whether a window could be shown. */
export function hasDisplay({ platform, env }: Machine): boolean {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Chooses. `getProgram` gives Electron's program or says in a few words why there is none. */
export async function chooseHost(
  machine: Machine,
  wantBrowser: boolean,
  getProgram: typeof electronProgram = electronProgram,
): Promise<HostChoice> {
  if (wantBrowser) return { kind: 'browser', reason: '--browser was given' };
  if (!hasDisplay(machine)) return { kind: 'browser', reason: 'there is no display for an Electron window' };
  if (machine.isRoot && machine.platform === 'linux') {
    return { kind: 'browser', reason: "Electron's sandbox does not run as root" };
  }
  const found = await getProgram();
  if ('program' in found) return { kind: 'electron', program: found.program };
  return { kind: 'browser', reason: found.why };
}
