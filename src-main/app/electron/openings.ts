/**
 * Hands what is asked for to a window's page, which opens projects and takes everything else as if it had been dropped
 * there. What comes before there is a page waits for one.
 */
import { BrowserWindow, dialog, type WebContents } from 'electron';
import { readLink, type SampleLink } from '../../../src-shared/contract/link.ts';
import type { OpenRequest } from '../../../src-shared/rpc/connect.ts';
import type { Asked } from './asked.ts';
import { IPC } from './channels.ts';
import { openWindow } from './windows.ts';

export class Openings {
  readonly #isKnown: (project: string) => Promise<boolean>;
  readonly #listening = new WeakSet<WebContents>();
  #waiting: OpenRequest[] = [];

  /** @param isKnown whether a project was opened on this machine before */
  constructor(isKnown: (project: string) => Promise<boolean>) {
    this.#isKnown = isKnown;
  }

  /** Shows the window in use, and what is asked for in it. */
  async ask(asked: Asked): Promise<void> {
    if (asked.what === 'path') return this.give({ path: asked.path, sample: null, isLink: false });
    const link = readLink(asked.link);
    if (link === null) {
      dialog.showErrorBox('This link cannot be opened', 'It is no link to a project or a sample of Fovea');
    } else if (await this.#mayOpen(link))
      this.give({ path: link.project, sample: link.sample, isLink: true });
  }

  give(opening: OpenRequest): void {
    const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
    if (window && this.#listening.has(window.webContents)) window.webContents.send(IPC.open, opening);
    else this.#waiting.push(opening);
    bringForward(window ?? null);
  }

  /** Call it when a page listens; again after each time that it was loaded. */
  listens(page: WebContents): void {
    if (!this.#listening.has(page)) {
      this.#listening.add(page);
      page.once('did-start-loading', () => void this.#listening.delete(page));
    }
    for (const opening of this.#waiting.splice(0)) page.send(IPC.open, opening);
  }

  /** A project that was never opened here is looked at only when the person says so: a link may come from anybody. */
  async #mayOpen({ project }: SampleLink): Promise<boolean> {
    if (await this.#isKnown(project)) return true;
    const [open, leave] = [0, 1];
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'Open this project?',
      detail: `A link asks for a project that was not opened here lately:\n${project}`,
      buttons: ['Open', 'Do not open'],
      defaultId: leave,
      cancelId: leave,
      noLink: true,
    });
    return response === open;
  }
}

/** Shows a window to the person; the first one where there is none. */
export function bringForward(window: BrowserWindow | null): void {
  if (window === null) return openWindow();
  if (window.isMinimized()) window.restore();
  window.focus();
}
