/** The projects opened last, where the system shows such things: the menu, the dock, the task bar's jump list. */
import { homedir } from 'node:os';
import { sep } from 'node:path';
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { RecentProject } from '../../../src-shared/contract/procedures.ts';

export interface RecentActions {
  open(path: string): void;
  clear(): void;
}

/** `Open recent` of the menu. */
export function recentMenu(
  recent: readonly RecentProject[],
  actions: RecentActions,
): MenuItemConstructorOptions {
  return {
    id: 'recent',
    label: 'Open recent',
    enabled: recent.length > 0,
    submenu: [
      ...projectItems(recent, actions),
      { type: 'separator' },
      { id: 'clear-recent', label: 'Clear this list', click: () => actions.clear() },
    ],
  };
}

/** The same for the dock (macOS) and the jump list (Windows). Linux desktops read fixed actions from a file only. */
export function showRecentOutside(recent: readonly RecentProject[], actions: RecentActions): void {
  app.dock?.setMenu(Menu.buildFromTemplate(projectItems(recent, actions)));
  if (process.platform === 'win32') {
    const tasks = recent.map(({ path, name }) => ({
      type: 'task' as const,
      title: name,
      description: path,
      program: process.execPath,
      args: `--project="${path}" --asked`,
    }));
    app.setJumpList(tasks.length === 0 ? null : [{ type: 'custom', name: 'Projects', items: tasks }]);
  } else if (recent.length === 0) app.clearRecentDocuments();
  else app.addRecentDocument(recent[0]!.path);
}

function projectItems(
  recent: readonly RecentProject[],
  { open }: RecentActions,
): MenuItemConstructorOptions[] {
  return recent.map(({ path, name }, i) => ({
    id: `recent-${i + 1}`,
    label: `${name}  ·  ${fromHome(path)}`.replaceAll('&', '&&'),
    click: () => open(path),
  }));
}

/** `~/tags` for `/home/ann/tags`. */
function fromHome(path: string): string {
  const home = homedir();
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
