/**
 * Whoever used a control with the pointer wants the page's keys afterwards, whoever reached it with Tab wants the
 * control's. So what the pointer used gives the keyboard back: to the list of the page or the audit in front
 * (`data-keyboard-home`), else to the page. Fields that are typed in keep it, and so do open menus and dialogs.
 */
import { isPoppedUp } from './popped-up.dom.ts';

const TYPED =
  'textarea, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=file])';
const FOCUSABLE = 'button, a[href], input, select, textarea, summary, [tabindex]';
const HOME = '[data-keyboard-home]';
/** Tab goes on from where the pointer was; these alone are no keys of a control. */
const NOT_OF_CONTROLS: readonly string[] = ['Tab', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock'];

/** Listens on the window, before anybody else; gives the function that stops it. */
export function followPointerFocus(): () => void {
  /** The pointer was used after the last key. */
  let byPointer = false;
  /** What the pointer was used on. What gets the keyboard some other way, from a screen reader say, keeps it. */
  const used = new WeakSet<Element>();
  const use = (element: Element | null | undefined): void => void (element && used.add(element));

  const press = (event: PointerEvent): void => {
    byPointer = true;
    if (event.target instanceof Element) use(event.target.closest(FOCUSABLE));
    // A pane takes the press for itself: the field that was typed in would go on taking keys.
    const typedIn = document.activeElement?.closest<HTMLElement>(TYPED);
    const target = event.target instanceof Element ? event.target : null;
    if (typedIn && target?.closest('[data-pane]')) typedIn.blur();
  };

  const click = (event: MouseEvent): void => {
    if (byPointer && event.target instanceof Element) use(event.target.closest(FOCUSABLE));
    // A list that drops down would close with it; when something is chosen in it, `change` tells.
    if (byPointer && event.detail > 0 && !document.activeElement?.closest('select')) giveBack();
  };

  const change = ({ target }: Event): void => {
    // A list that drops down takes its clicks for itself, and the arrows of a number field are used like a button. Another
    // field's change is told when this one is gone to.
    const active = document.activeElement;
    const own = active === target || active?.closest('select') === target;
    if (byPointer && own) giveBack(':not([type=number])');
  };

  /**
   * What still has the keyboard, such as a list that was closed without a choice, must not take this key. Nor must what a
   * menu or panel that was just closed holds: it has the keyboard until the next frame is drawn.
   */
  const key = (event: KeyboardEvent): void => {
    const pointer = byPointer;
    // An open list has its keys itself, and gives the keyboard back when it is closed.
    if (document.activeElement?.matches('option')) return;
    if (NOT_OF_CONTROLS.includes(event.key) && event.key !== 'Tab') return;
    byPointer = false;
    const active = document.activeElement;
    if (event.key === 'Tab' || !active) return;
    const closed = active.closest('[popover]:not(:popover-open)') !== null;
    if (!closed && !(pointer && used.has(active))) return;
    const home = closed ? handOver(active) : giveBack();
    if (!home) return;
    // What is open is closed by the browser, which must get this key as it is.
    if (event.key === 'Escape' && (isPoppedUp() || home.closest('dialog'))) return;
    event.stopImmediatePropagation();
    const again = new KeyboardEvent('keydown', event);
    home.dispatchEvent(again);
    const shortcut = event.ctrlKey || event.metaKey || event.altKey;
    if (again.defaultPrevented || !shortcut) event.preventDefault();
  };

  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('pointerdown', press, options);
  window.addEventListener('click', click, options);
  window.addEventListener('change', change, options);
  window.addEventListener('keydown', key, options);
  return () => stop.abort();
}

/**
 * Takes the keyboard from the control that has it.
 * @param typed which of the fields that are typed in keep it
 * @returns who has it now; null where nothing was to be given back
 */
function giveBack(typed = '*'): HTMLElement | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === document.body || active.matches(HOME)) return null;
  if (active.closest('[role=menu]') || (active.matches(TYPED) && active.matches(typed))) return null;
  return handOver(active);
}

/** @returns who has the keyboard instead; null in a dialog without a home: it keeps it */
function handOver(active: Element): HTMLElement | null {
  const dialog = active.closest('dialog');
  const home = (dialog ?? document).querySelector<HTMLElement>(HOME);
  if (dialog && !home) return null;
  if (home) home.focus({ preventScroll: true });
  else if (active instanceof HTMLElement) active.blur();
  return home ?? document.body;
}
