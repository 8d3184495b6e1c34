/** Why a sample is rejected. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'rejectFor',
    group: 'Review',
    order: 22,
    words: 'Reject for a reason…',
    keys: ['Shift+X'],
  },
  {
    command: 'rejectReason',
    group: 'Review',
    order: 24,
    words: 'Say why the last one was rejected…',
    keys: ['Shift+R'],
  },
  {
    command: 'rejectReasons',
    needs: 'rejectReasons.set',
    group: 'Edit',
    order: 172,
    words: 'Edit the reasons for rejecting…',
    keys: [],
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    rejectReason: true;
    rejectReasons: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
