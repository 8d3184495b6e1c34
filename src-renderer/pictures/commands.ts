/** Caring for pictures has no keys; it asks in a dialog. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    relink: true;
  }
}
