/** The line between the spec and the process that runs main: answers for dialogs one way, what happened the other. */

/** From the spec. A dialog's answer is kept until a dialog asks. */
export type FromTest =
  | { readonly type: 'dialog'; readonly paths: readonly string[] }
  | { readonly type: 'menu'; readonly id: string }
  /** The program is started once more. */
  | { readonly type: 'second-start'; readonly asked: readonly object[] }
  /** Another window of the desktop is in front, or one of the app. */
  | { readonly type: 'front'; readonly own: boolean }
  | { readonly type: 'quit' };

/** An item of the menu; without a key `accelerator` is empty. */
export interface ShownItem {
  readonly id: string;
  readonly label: string;
  readonly accelerator: string;
  readonly enabled: boolean;
  /** Of one that is switched on and off. */
  readonly checked?: boolean;
}

/** To the spec. */
export type ToTest =
  | { readonly type: 'menu'; readonly items: readonly ShownItem[] }
  | { readonly type: 'window' }
  | { readonly type: 'backend'; readonly pid: number }
  | { readonly type: 'error-box'; readonly title: string; readonly content: string }
  | { readonly type: 'message-box'; readonly message: string; readonly detail: string }
  | { readonly type: 'note'; readonly title: string; readonly body: string }
  | { readonly type: 'awake'; readonly on: boolean }
  /** How the system is to draw what is the window's. */
  | { readonly type: 'theme'; readonly source: string }
  /** Of the task bar; below 0: none. */
  | { readonly type: 'bar'; readonly share: number }
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'external'; readonly url: string }
  | { readonly type: 'blocked'; readonly url: string };

const listeners = new Set<(message: FromTest) => void>();
process.on('message', (message: FromTest) => {
  for (const listener of listeners) listener(message);
});

export function onTest(listener: (message: FromTest) => void): void {
  listeners.add(listener);
}

export function tellTest(message: ToTest): void {
  if (process.connected) process.send?.(message);
}
