/**
 * What `data-tip` says, shown by the pointer and by keyboard focus alike: the browser's own tooltips know the pointer alone. A tip
 * repeats or adds a key; nothing vital stands only there, and screen readers have it as the control's name or description.
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

  const close = (): void => {
    clearTimeout(timer);
    if (!layer.matches(':popover-open')) return;
    layer.hidePopover();
    closedAt = performance.now();
  };
  const open = (control: HTMLElement): void => {
    const words = control.dataset['tip']?.trim() ?? '';
    if (!control.isConnected || words === '' || words === control.innerText.trim()) return;
    layer.textContent = words;
    layer.showPopover();
    place(layer, control.getBoundingClientRect());
  };
  const ask = (control: Element | null): void => {
    if (control === of) return;
    close();
    of = control;
    if (!(control instanceof HTMLElement)) return;
    const wait = performance.now() - closedAt < GOING_ON_MS ? 0 : PATIENCE_MS;
    timer = window.setTimeout(() => open(control), wait);
  };

  const tipped = ({ target }: Event): Element | null =>
    target instanceof Element ? target.closest(TIPPED) : null;
  const over = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') ask(tipped(event));
  };
  const focused = (event: FocusEvent): void => {
    const control = tipped(event);
    if (control === event.target && control?.matches(':focus-visible')) ask(control);
  };
  const left = ({ target }: FocusEvent): void => {
    if (target === of) ask(null);
  };

  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('pointerover', over, options);
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

/** Below the control, above it where there is no room, and within the window. */
function place(layer: HTMLElement, { left, width, top, bottom }: DOMRect): void {
  const { offsetWidth, offsetHeight } = layer;
  const middle = left + width / 2 - offsetWidth / 2;
  const below = bottom + GAP;
  layer.style.left = `${Math.max(GAP, Math.min(middle, innerWidth - offsetWidth - GAP))}px`;
  layer.style.top = `${below + offsetHeight + GAP > innerHeight ? top - GAP - offsetHeight : below}px`;
}
