/**
 * The page's one way to the main side. It does not know its host: Electron's preload leaves a `fovea` object in the
 * window, the browser host does not, and the rest follows.
 */
import { z } from 'zod';
import { FoveaError, wireErrorSchema } from '../contract/errors.ts';
import type { RpcClient } from '../contract/procedures.ts';
import type { MenuEntry } from './app-menu.ts';
import type { Channel } from './channel.ts';
import { createRpcClient } from './client.ts';
import { domPort, messagePortChannel, type DomPort } from './message-port-channel.ts';
import { comeIn, pictureKeyOf } from './handshake.ts';
import { keepSession, keptSession, heldTicket } from './page-session.ts';
import { openWebSocketChannel, type WebSocketLike } from './web-socket-channel.ts';

/** What the preload exposes as `window.fovea`. */
export interface ElectronBridge {
  /** Asks the main process for a port to the backend; it arrives as a window message {@link PORT_MESSAGE}. */
  requestPort(): void;
  /** The system's folder dialog; null when cancelled. */
  chooseFolder(title: string): Promise<string | null>;
  /** The system's file dialog; null when cancelled. */
  chooseFile(title: string): Promise<string | null>;
  /** The system's save dialog; null when cancelled. */
  chooseSavePath(title: string, defaultName: string): Promise<string | null>;
  /** Where a `File` that was dropped on the page lies; empty when it is on no disk. */
  pathOf(file: unknown): string | Promise<string>;
  /** What the application menu holds of this page from now on. */
  setMenu(entries: readonly MenuEntry[]): void;
  /** What the page looks like: the window's title bar, menus and dialogs of the system do, too. */
  setTheme(theme: 'dark' | 'light' | 'system'): void;
}

/** `data` of the window message that carries the port. */
export const PORT_MESSAGE = 'fovea:port';

/** `type` of the window message that carries a choice of the application menu. */
export const MENU_MESSAGE = 'fovea:menu';

/** `type` of the window message that carries what the desktop asks to open. */
export const OPEN_MESSAGE = 'fovea:open';

/** `type` of the window message that comes instead of a port when there is no backend to be had. */
export const NO_PORT_MESSAGE = 'fovea:no-port';

const noPortMessageSchema = z.object({ type: z.literal(NO_PORT_MESSAGE), error: wireErrorSchema });
const openMessageSchema = z.object({
  type: z.literal(OPEN_MESSAGE),
  /** A project, or whatever could be dropped on the page. */
  path: z.string().max(4096),
  /** To be shown in that project; null: none in particular. */
  sample: z.number().int().positive().nullable(),
  /** Asked for by a link, which anybody may have written: a project and nothing else. */
  isLink: z.boolean(),
});
export type OpenRequest = Omit<z.infer<typeof openMessageSchema>, 'type'>;

const menuMessageSchema = z.object({ type: z.literal(MENU_MESSAGE), command: z.string().max(40) });

/** Path of the browser host's socket, on the page's own origin. */
export const SOCKET_PATH = '/rpc';

interface PageMessage {
  readonly source: unknown;
  readonly data: unknown;
  readonly ports: readonly DomPort[];
}

/** The page's globals as far as they are used; declared here because this folder has no DOM types. */
interface PageGlobals {
  readonly fovea?: ElectronBridge;
  readonly location?: { readonly protocol: string; readonly host: string; readonly port: string };
  readonly WebSocket?: new (url: string) => WebSocketLike;
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void;
  removeEventListener(type: 'message', listener: (event: PageMessage) => void): void;
}

const PORT_TIMEOUT_MS = 10_000;

/** The Electron bridge, or null in the browser host (the page then asks for paths in a text field). */
export function electronBridge(): ElectronBridge | null {
  return page().fovea ?? null;
}

/**
 * Connects the page to the main side and keeps it connected.
 * @throws FoveaError `io` when the main side cannot be reached the first time
 */
export function connect(): Promise<RpcClient> {
  const bridge = electronBridge();
  return createRpcClient(bridge ? () => openPort(bridge) : openSocket);
}

/** Hears which command of {@link ElectronBridge.setMenu} was chosen in the application menu; gives the function that stops it. Silent in the browser host. */
export function onMenuCommand(listener: (command: string) => void): () => void {
  const receive = (event: PageMessage): void => {
    const message = menuMessageSchema.safeParse(event.data);
    if (event.source === globalThis && message.success) listener(message.data.command);
  };
  page().addEventListener('message', receive);
  return () => page().removeEventListener('message', receive);
}

/** Hears what the desktop asks to open; gives the function that stops it. */
export function onOpenRequest(listener: (request: OpenRequest) => void): () => void {
  const receive = (event: PageMessage): void => {
    const message = openMessageSchema.safeParse(event.data);
    if (event.source === globalThis && message.success) listener(message.data);
  };
  page().addEventListener('message', receive);
  return () => page().removeEventListener('message', receive);
}

function page(): PageGlobals {
  return globalThis as unknown as PageGlobals;
}

/** What pictures are asked for with: known once the page is in, empty where there is no socket. */
let pictureQuery = '';

/** Where this page gets the picture that the main side calls `url` (`/image/12`). */
export function pictureAddress(url: string): string {
  return pictureQuery === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${pictureQuery}`;
}

async function openSocket(): Promise<Channel> {
  const { location, WebSocket } = page();
  if (!location || !WebSocket) throw new FoveaError('internal', 'connect() runs in a page only');
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const channel = await openWebSocketChannel(new WebSocket(`${scheme}//${location.host}${SOCKET_PATH}`));
  try {
    const session = await comeIn(channel, {
      port: Number(location.port) || (location.protocol === 'https:' ? 443 : 80),
      session: keptSession(),
      ticket: heldTicket(),
    });
    keepSession(session);
    pictureQuery = `key=${await pictureKeyOf(session.secret)}`;
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  }
}

function openPort(bridge: ElectronBridge): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const refuse = (error: FoveaError): void => {
      clearTimeout(timer);
      page().removeEventListener('message', receive);
      reject(error);
    };
    const timer = setTimeout(
      () => refuse(new FoveaError('io', 'The backend did not answer', { next: 'Restart Fovea' })),
      PORT_TIMEOUT_MS,
    );
    const receive = (event: PageMessage): void => {
      if (event.source !== globalThis) return;
      const refused = noPortMessageSchema.safeParse(event.data);
      if (refused.success) return refuse(FoveaError.fromWire(refused.data.error));
      const port = event.ports[0];
      if (event.data !== PORT_MESSAGE || !port) return;
      clearTimeout(timer);
      page().removeEventListener('message', receive);
      resolve(messagePortChannel(domPort(port)));
    };
    page().addEventListener('message', receive);
    bridge.requestPort();
  });
}
