import type {
  MENU_MESSAGE,
  NO_PORT_MESSAGE,
  OPEN_MESSAGE,
  PORT_MESSAGE,
} from '../../../src-shared/rpc/connect.ts';

/** IPC channels between main and the preload; its own file so that the preload's bundle holds nothing else. */
export const IPC = {
  requestPort: 'fovea:request-port',
  port: 'fovea:port' satisfies typeof PORT_MESSAGE,
  noPort: 'fovea:no-port' satisfies typeof NO_PORT_MESSAGE,
  menu: 'fovea:menu' satisfies typeof MENU_MESSAGE,
  open: 'fovea:open' satisfies typeof OPEN_MESSAGE,
  setMenu: 'fovea:set-menu',
  setTheme: 'fovea:set-theme',
  chooseFolder: 'fovea:choose-folder',
  chooseFile: 'fovea:choose-file',
  chooseSavePath: 'fovea:choose-save-path',
} as const;
