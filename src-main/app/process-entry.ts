/** Where a process beside this one starts. The Electron build sets FOVEA_BUNDLED: there, sources do not run. */
import { inApp } from './app-root.ts';

/**
 * For the options of whoever forks it: the program that the build made of it, or nothing in a checkout, where the source beside the
 * one that forks is meant.
 * @param name of the program, as scripts/build/electron.ts calls it
 */
export function processEntry(name: string): { readonly entry?: string } {
  return process.env.FOVEA_BUNDLED === '1' ? { entry: inApp(`dist/electron/${name}.mjs`) } : {};
}
