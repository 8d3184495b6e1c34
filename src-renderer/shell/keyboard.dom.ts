/** Turns key presses into commands, except where the key already means something: text fields, sliders, dialogs. */
import { bindingOf, readLayoutFrom, type Command } from './keymap.ts';
import { holdCommand, runCommand } from '../app/commands.ts';
import { followPointerFocus } from './pointer-focus.dom.ts';
import { isPoppedUp } from './popped-up.dom.ts';
import type { Workbench } from '../app/workbench.svelte.ts';

const TEXT = 'input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]';
/** These answer Enter and Space themselves; the row that is current already has no answer. */
const PRESSABLE =
  'button:not([aria-current=true]), a[href], summary, input[type=checkbox], input[type=radio]';

/** What browsers report as the key of a press that an input method took for itself. */
const TAKEN_BY_INPUT_METHOD = 229;

/**
 * A press that belongs to an input method is for nobody else: not for a command, a field that Enter leaves, a list. Its
 * own work goes on. The last press of a composition is reported after it ended in some browsers, by its code alone.
 */
function composing(event: KeyboardEvent): void {
  if (event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) event.stopImmediatePropagation();
}

interface KeyboardLayout {
  getLayoutMap(): Promise<ReadonlyMap<string, string>>;
}

/** Chromium knows what the keyboard's places write; without it letters with Option go by place. */
async function readLayout(): Promise<void> {
  const { keyboard } = navigator as Navigator & { readonly keyboard?: KeyboardLayout };
  const places = await keyboard?.getLayoutMap().catch(() => null);
  if (places) readLayoutFrom(places);
}

/** Listens on the window; gives the function that stops it. */
export function listenForKeys(bench: Workbench): () => void {
  let held: { readonly command: Command; readonly code: string } | null = null;
  const letGo = (): void => {
    if (held) holdCommand(held.command, bench, false);
    held = null;
  };
  const down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || bench.sheet !== null || !bench.session.project) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TEXT)) return;
    // Something is over the page: Esc closes it, wherever the keyboard is.
    if (event.key === 'Escape' && isPoppedUp()) return;
    if (target.matches('input[type=range]') && event.key.startsWith('Arrow')) return;
    const pressing = event.key === 'Enter' || event.key === ' ';
    if (pressing && target.closest(PRESSABLE)) return;
    const binding = bindingOf(event, bench.page);
    if (!binding && event.key === ' ' && bench.page === 'review') {
      bench.view.panning = true;
      event.preventDefault();
    }
    if (!binding) {
      // On a page where Esc means nothing else.
      if (event.key === 'Escape' && bench.tour.skip()) event.preventDefault();
      return;
    }
    event.preventDefault();
    // A key that is held down stops before a whole batch.
    const repeats = binding.repeats && !(binding.command === 'undo' && bench.desk.undoing.isLarge);
    if (event.repeat && !repeats) return;
    if (binding.held) {
      letGo();
      held = { command: binding.command, code: event.code };
      holdCommand(binding.command, bench, true);
    } else runCommand(binding.command, bench);
  };
  const up = (event: KeyboardEvent): void => {
    if (event.code === held?.code) letGo();
    if (event.key === ' ') bench.view.panning = false;
  };
  const release = (): void => {
    bench.view.panning = false;
    letGo();
  };
  void readLayout();
  window.addEventListener('keydown', composing, true);
  const letBe = followPointerFocus();
  window.addEventListener('keydown', down);
  window.addEventListener('keyup', up);
  window.addEventListener('blur', release);
  return () => {
    window.removeEventListener('keydown', composing, true);
    letBe();
    window.removeEventListener('keydown', down);
    window.removeEventListener('keyup', up);
    window.removeEventListener('blur', release);
  };
}
