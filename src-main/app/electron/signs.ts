/** Shows the desktop how jobs stand: progress on the task bar, a note when one ends unseen, no sleep in between. */
import { BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { IPC } from './channels.ts';
import { endWords, running, shareDone } from './job-signs.ts';
import { bringForward } from './openings.ts';

/** `setProgressBar`: below 0 takes the bar away, above 1 is one without an end in sight. */
const NO_BAR = -1;
const UNKNOWN_BAR = 2;
/** The command of the page that shows all jobs. */
const JOBS_PAGE = 'page-jobs';

export class Signs {
  /** Whether a person wants notes. */
  notes = true;
  /** Kept until they are gone: a note that is collected takes its click with it. */
  readonly #shown = new Set<Notification>();
  #blocker: number | null = null;

  /** @param ended the job that ended just now @param project its name */
  show(jobs: readonly Job[], ended: Job | null, project: string): void {
    const share = shareDone(jobs);
    const bar = share === null ? NO_BAR : share === 'unknown' ? UNKNOWN_BAR : share;
    for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(bar);
    this.#keepAwake(running(jobs).length > 0);
    const words = ended && endWords(ended, project);
    if (words && this.notes && BrowserWindow.getFocusedWindow() === null) this.#note(words.title, words.body);
  }

  /** A machine that sleeps over lunch has labelled nothing by then. The screen may go dark. */
  #keepAwake(awake: boolean): void {
    if (awake) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }

  #note(title: string, body: string): void {
    if (!Notification.isSupported()) return;
    const note = new Notification({ title, body });
    this.#shown.add(note);
    note.on('close', () => void this.#shown.delete(note));
    note.on('click', () => {
      this.#shown.delete(note);
      const window = BrowserWindow.getAllWindows()[0] ?? null;
      bringForward(window);
      window?.webContents.send(IPC.menu, JOBS_PAGE);
    });
    note.show();
  }
}
