/** A list, menu or panel that popped up over the page: Escape closes it before it means anything else. Notices do not count. */
const POPPED_UP = ':popover-open:not([popover=manual])';

/** Whether one is open. */
export function isPoppedUp(): boolean {
  return document.querySelector(POPPED_UP) !== null;
}
