/** Dialogs, menu and shell: a person's part is played by the spec. Without an answer a dialog is cancelled. */
import { onTest, tellTest, type ShownItem } from './test-link.ts';

interface MenuItem {
  readonly id?: string;
  readonly label?: string;
  readonly accelerator?: string;
  readonly enabled?: boolean;
  readonly checked?: boolean;
  readonly click?: (item: { readonly checked: boolean }) => void;
  readonly submenu?: readonly MenuItem[];
}

interface MessageBox {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** An item as a person sees it. */
function shown({ id = '', label = '', accelerator = '', enabled = true, checked }: MenuItem): ShownItem {
  return { id, label, accelerator, enabled, ...(checked === undefined ? {} : { checked }) };
}

/** With those of the menus inside. */
function all(items: readonly MenuItem[]): MenuItem[] {
  return items.flatMap((item) => [item, ...all(item.submenu ?? [])]);
}

const answers: (readonly string[])[] = [];
let menu: readonly MenuItem[] = [];

onTest((message) => {
  if (message.type === 'dialog') answers.push(message.paths);
  if (message.type === 'menu') {
    const item = all(menu).find(({ id }) => id === message.id);
    if (!item?.click) throw new Error(`the menu has no item ${message.id}`);
    item.click({ checked: item.checked !== true });
  }
});

export const dialog = {
  showOpenDialog: () => {
    const filePaths = answers.shift() ?? [];
    return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
  },
  showSaveDialog: () => {
    const [filePath = ''] = answers.shift() ?? [];
    return Promise.resolve({ canceled: filePath === '', filePath });
  },
  /** Answered with the number of a button; without an answer the last one is chosen. */
  showMessageBox: ({ message, detail, buttons }: MessageBox) => {
    tellTest({ type: 'message-box', message, detail });
    return Promise.resolve({ response: Number(answers.shift()?.[0] ?? buttons.length - 1) });
  },
  showErrorBox: (title: string, content: string) => tellTest({ type: 'error-box', title, content }),
};

export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu: (template: readonly MenuItem[]) => {
    menu = template;
    tellTest({ type: 'menu', items: all(template).map(shown) });
  },
};

export const shell = {
  openPath: (path: string) => {
    tellTest({ type: 'folder', path });
    return Promise.resolve('');
  },
  openExternal: (url: string) => {
    tellTest({ type: 'external', url });
    return Promise.resolve();
  },
};
