/**
 * Loads the product's main and lets the spec look into it: what a spec sends is run here with Electron's module, which
 * this Electron's fuses keep from Playwright's own way. Dialogs are answered by the spec and shown to nobody.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { runInThisContext } from 'node:vm';
import * as electron from 'electron';
// Of the build. Static: before it is ready, this Electron waits for ever for what is imported while it runs.
import './main.mjs';

/** Of a dialog: which, and what it was asked to show. */
interface Shown {
  readonly kind: string;
  readonly options: unknown;
}
const shown: Shown[] = [];
/** Answers of the dialogs to come: paths, or a button's place. None left: cancelled, or the button for that. */
const answers: unknown[] = [];
const state = { shown, answers };

const { dialog } = electron;
const lastOf = (args: readonly unknown[]): unknown => args.at(-1);
const paths = (): readonly string[] => (answers.shift() as readonly string[] | undefined) ?? [];
const button = (options: unknown): number =>
  (answers.shift() as number | undefined) ?? (options as { cancelId?: number }).cancelId ?? 0;
/** As a person who takes their time. */
const answered = async (): Promise<void> => {
  while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
};
Object.assign(dialog, {
  showOpenDialog: (...args: unknown[]) => {
    shown.push({ kind: 'open', options: lastOf(args) });
    const filePaths = paths();
    return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
  },
  showSaveDialog: (...args: unknown[]) => {
    shown.push({ kind: 'save', options: lastOf(args) });
    const [filePath] = paths();
    return Promise.resolve({ canceled: filePath === undefined, filePath: filePath ?? '' });
  },
  showMessageBox: (...args: unknown[]) => {
    shown.push({ kind: 'message', options: lastOf(args) });
    return answered().then(() => ({ response: button(lastOf(args)), checkboxChecked: false }));
  },
  showMessageBoxSync: (...args: unknown[]) => {
    shown.push({ kind: 'message', options: lastOf(args) });
    return button(lastOf(args));
  },
  showErrorBox: (title: string, content: string) =>
    void shown.push({ kind: 'error', options: { title, content } }),
});

// Nobody takes a test build for Fovea: every window says what it is.
electron.app.on('browser-window-created', (_event, window) => {
  window.on('page-title-updated', (event, title) => {
    event.preventDefault();
    window.setTitle(`${title} (test build)`);
  });
});

const { Notification } = electron;
Object.assign(Notification, { isSupported: () => true });
/** No desktop is there to show it: a person's click is the spec's. */
Notification.prototype.show = function show(this: electron.Notification): void {
  shown.push({
    kind: 'note',
    options: { title: this.title, body: this.body, click: () => this.emit('click') },
  });
};

const place = process.env.FOVEA_TEST_CONTROL;
if (place !== undefined) {
  const socket = connect(place);
  socket.unref();
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => {
    const { id, source, argument } = JSON.parse(line) as { id: number; source: string; argument: unknown };
    const answer = (result: object): void => void socket.write(`${JSON.stringify({ id, ...result })}\n`);
    Promise.resolve()
      .then(() =>
        (runInThisContext(`(${source})`) as (...given: unknown[]) => unknown)(electron, argument, state),
      )
      .then(
        (value) => answer({ value: value ?? null }),
        (error: unknown) => answer({ error: String(error) }),
      );
  });
}
