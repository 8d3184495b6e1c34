/**
 * What `data-tip` says, shown by the pointer and by keyboard focus alike: the browser's own tooltips know the pointer alone. A tip
 * repeats or adds a key; nothing vital stands only there, and screen readers have it as the control's name or description. Where it
 * says what stands there anyway, it is shown only if that is cut off.
 */

const TIPPED = '[data-tip]';
/** A pointer that only passes by asks for nothing. */
const PATIENCE_MS = 500;
/** Whoever goes from one control to the next reads on. */
const GOING_ON_MS = 300;
/** Between a tip and its control, and the window's edges. */
const GAP = 6;

/** Shows tips in `layer`, a manual popover, for as long as it is on the page. @returns what ends it */
export function followTips(layer: HTMLElement): () => void {
  /** What is pointed at or focused; its tip may have been closed already. */
  let of: Element | null = null;
  let timer = 0;
  let closedAt = -Infinity;
  /** What the pointer pressed has the focus as well, and has been read. */
  let pressed = false;

  const close = (): void => {
    clearTimeout(timer);
    if (!layer.matches(':popover-open')) return;
    layer.hidePopover();
    closedAt = performance.now();
  };
  const open = (control: HTMLElement): void => {
    const words = control.dataset['tip']?.trim() ?? '';
    if (!control.isConnected || words === '') return;
    if (words === control.innerText.trim() && !isCutOff(control)) return;
    layer.textContent = words;
    layer.showPopover();
    place(layer, control.getBoundingClientRect());
  };
  const ask = (control: Element | null, wait: number): void => {
    if (control === of) return;
    close();
    of = control;
    if (control instanceof HTMLElement) timer = window.setTimeout(() => open(control), wait);
  };

  const over = ({ target, pointerType }: PointerEvent): void => {
    if (pointerType === 'touch') return;
    const wait = performance.now() - closedAt < GOING_ON_MS ? 0 : PATIENCE_MS;
    ask(target instanceof Element ? target.closest(TIPPED) : null, wait);
  };
  const focused = ({ target }: FocusEvent): void => {
    const control = tipOfFocused(target);
    // Whoever walks through a list by keys looks at the list: a tip comes where they stay.
    if (control && !pressed) ask(control, PATIENCE_MS);
  };
  const left = ({ target }: FocusEvent): void => {
    if (of !== null && tipOfFocused(target) === of) ask(null, 0);
  };

  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('pointerover', over, options);
  window.addEventListener('pointerdown', () => (pressed = true), options);
  window.addEventListener('keydown', () => (pressed = false), options);
  window.addEventListener('focusin', focused, options);
  window.addEventListener('focusout', left, options);
  // Whatever is done, the tip has been read or is in the way; it comes back for another control.
  for (const done of ['keydown', 'pointerdown', 'wheel', 'blur', 'resize']) {
    window.addEventListener(done, close, { ...options, passive: true });
  }
  return () => {
    stop.abort();
    close();
  };
}

/** Who has the tip of what has the keyboard: itself, or the words of its label. */
function tipOfFocused(target: EventTarget | null): Element | null {
  if (!(target instanceof HTMLElement)) return null;
  if (target.matches(TIPPED)) return target;
  const label = target instanceof HTMLInputElement ? target.closest('label') : null;
  return label?.matches(TIPPED) ? label : (label?.querySelector(TIPPED) ?? null);
}

/** Whether some of its words do not fit; what stands in a line is as wide as what holds the line. */
function isCutOff(control: HTMLElement): boolean {
  const box = control.clientWidth > 0 ? control : (control.parentElement ?? control);
  return box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
}

/** Below the control, above it where there is no room, and within the window. */
function place(layer: HTMLElement, { left, width, top, bottom }: DOMRect): void {
  const { offsetWidth, offsetHeight } = layer;
  const middle = left + width / 2 - offsetWidth / 2;
  const below = bottom + GAP;
  layer.style.left = `${Math.max(GAP, Math.min(middle, innerWidth - offsetWidth - GAP))}px`;
  layer.style.top = `${below + offsetHeight + GAP > innerHeight ? top - GAP - offsetHeight : below}px`;
}
