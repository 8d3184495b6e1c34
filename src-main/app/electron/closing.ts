/**
 * Closing with something unsaved. Saving takes moments: the window waits for it and goes by itself; only where it does not
 * come about is the person asked. Electron asks nothing by itself: a page that wants to stay just does not close.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { app, dialog, type BrowserWindow } from 'electron';

/** So long saving may take before somebody who wants to leave is asked. */
const PATIENCE_MS = 3_000;
const AGAIN_MS = 100;

/** The person quits, rather than closing one window. */
let quitting = false;
app.on('before-quit', () => void (quitting = true));

/** Call it for every window. */
export function closeWhenSaved(window: BrowserWindow): void {
  /** When the person asked for it; null: they did not. A reload is none. */
  let asked: number | null = null;
  window.on('close', () => (asked ??= performance.now()));
  window.webContents.on('will-prevent-unload', (event) => {
    if (asked !== null && performance.now() - asked < PATIENCE_MS) return void tryAgain(window);
    if (leavesAnyway(window)) return event.preventDefault();
    asked = null;
    quitting = false;
  });
}

async function tryAgain(window: BrowserWindow): Promise<void> {
  await sleep(AGAIN_MS);
  if (quitting) app.quit();
  else if (!window.isDestroyed()) window.close();
}

/** Asks the person whether the window may go although something is still on its way to the project. */
function leavesAnyway(window: BrowserWindow): boolean {
  const [stay, leave] = [0, 1];
  const chosen = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'Not everything is saved yet',
    detail:
      'A decision or a note is still on its way to the project. If you leave now, decisions are saved when the project is opened here again; a note that was just typed is lost.',
    buttons: ['Stay', 'Leave'],
    defaultId: stay,
    cancelId: stay,
    noLink: true,
  });
  return chosen === leave;
}
