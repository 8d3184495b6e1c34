/** Turns key presses into commands, except where the key already means something: text fields, sliders, dialogs. */
import { bindingOf, readLayoutFrom, type Binding } from './keymap.ts';
import type { PageId } from './names.ts';
import { followPointerFocus } from './pointer-focus.dom.ts';
import { isPoppedUp } from './popped-up.dom.ts';

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

/** Where the person is. */
interface Where {
  readonly page: PageId;
  /** The dialog in front: it has the keys. */
  readonly sheet: string | null;
}

/** What keys do. */
interface Told {
  runBound(binding: Binding): void;
  hold(binding: Binding, on: boolean): void;
  mayRepeat(binding: Binding): boolean;
  /** @returns whether Space holds something on the page */
  grip(page: PageId): boolean;
  letGo(): void;
  /** @returns whether there was something that Esc gives up; null: on any page */
  giveUp(page: PageId | null): boolean;
}

/**
 * Listens on the window; gives the function that stops it.
 * @param listening false while no key means anything
 */
export function listenForKeys(where: Where, commands: Told, listening: () => boolean): () => void {
  let held: { readonly binding: Binding; readonly code: string } | null = null;
  const letGo = (): void => {
    if (held) commands.hold(held.binding, false);
    held = null;
  };
  const down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || where.sheet !== null || !listening()) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TEXT)) return;
    // Something is over the page: Esc closes it, wherever the keyboard is.
    if (event.key === 'Escape' && isPoppedUp()) return;
    if (target.matches('input[type=range]') && event.key.startsWith('Arrow')) return;
    const pressing = event.key === 'Enter' || event.key === ' ';
    if (pressing && target.closest(PRESSABLE)) return;
    const binding = bindingOf(event, where.page);
    if (!binding && event.key === ' ' && commands.grip(where.page)) event.preventDefault();
    if (!binding) {
      // On a page where Esc means nothing else.
      if (event.key === 'Escape' && commands.giveUp(null)) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (event.repeat && !(binding.repeats && commands.mayRepeat(binding))) return;
    if (binding.held) {
      letGo();
      held = { binding, code: event.code };
      commands.hold(binding, true);
    } else commands.runBound(binding);
  };
  const up = (event: KeyboardEvent): void => {
    if (event.code === held?.code) letGo();
    if (event.key === ' ') commands.letGo();
  };
  const release = (): void => {
    commands.letGo();
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
