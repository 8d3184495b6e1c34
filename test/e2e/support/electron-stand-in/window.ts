/** `BrowserWindow` and its `webContents`: a page of the real Chromium, every request of which goes through main. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { CDPSession, Page, Route } from 'playwright-core';
import { app } from './app.ts';
import { chromiumContext, newWindowPage } from './chromium-link.ts';
import { receiveInvoke, receiveSend } from './ipc.ts';
import { PortWire, type StandInPort } from './ports.ts';
import { answerRequest, toAppUrl, toPageUrl } from './session.ts';
import { onTest, tellTest } from './test-link.ts';
import { mainWorld, preloadWorld } from './worlds.js';

interface WindowOptions {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly webPreferences: {
    readonly preload: string;
    readonly contextIsolation: boolean;
    readonly sandbox: boolean;
    readonly nodeIntegration: boolean;
  };
}
type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

/** From the preload's world. */
type FromPreload =
  | { type: 'send'; channel: string; args: unknown[] }
  | { type: 'invoke'; id: number; channel: string; args: unknown[] }
  | { type: 'port'; port: number; bytes: string }
  | { type: 'port-close'; port: number };

const PRELOAD_WORLD = 'stand-in preload';
const windows = new Set<BrowserWindow>();
let inFront = true;
onTest((message) => {
  if (message.type === 'front') inFront = message.own;
});

class WebContents extends EventEmitter {
  readonly #wire: PortWire;
  #page: Page | null = null;
  #session: CDPSession | null = null;
  #preloadContext: number | null = null;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  /** Set while main itself loads or reloads: only what the page starts is `will-navigate`. */
  #byMain = false;

  constructor() {
    super();
    this.#wire = new PortWire((message) => {
      const { type, port, data } = message;
      this.#toPreload(
        type === 'port'
          ? { type, port, bytes: Buffer.from(data as Uint8Array).toString('base64') }
          : { type, port },
      );
    });
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  postMessage(channel: string, data: unknown, ports: readonly StandInPort[] = []): void {
    this.#toPreload({ type: 'message', channel, data, ports: this.#wire.transfer(ports) });
  }

  send(channel: string, data: unknown): void {
    this.postMessage(channel, data);
  }

  reload(): void {
    this.#byMain = true;
    void this.#page?.reload().finally(() => (this.#byMain = false));
  }

  async load(
    url: string,
    preload: string,
    size: { readonly width: number; readonly height: number },
  ): Promise<void> {
    const page = await newWindowPage();
    this.#page = page;
    await page.setViewportSize({ width: size.width, height: size.height });
    page.on('close', () => this.emit('closed'));
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed' }));
    page.on('popup', (popup) => this.#onPopup(popup));
    await page.route('**/*', (route) => this.#answer(route));
    const session = await chromiumContext().newCDPSession(page);
    this.#session = session;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== PRELOAD_WORLD) return;
      // A new document: what the old one held is gone.
      this.#wire.closeAll();
      this.#preloadContext = context.id;
    });
    session.on('Runtime.bindingCalled', ({ payload }) =>
      this.#fromPreload(JSON.parse(payload) as FromPreload),
    );
    await session.send('Runtime.enable');
    await session.send('Page.enable');
    await session.send('Runtime.addBinding', {
      name: '__standInToMain',
      executionContextName: PRELOAD_WORLD,
    });
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${mainWorld.toString()})();` });
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: PRELOAD_WORLD,
      source: `(${preloadWorld.toString()})();\n(() => {${readFileSync(preload, 'utf8')}\n})();`,
    });
    this.#byMain = true;
    await page.goto(toPageUrl(url), { waitUntil: 'domcontentloaded' });
    this.#byMain = false;
  }

  #fromPreload(message: FromPreload): void {
    const page = this.#page!;
    const event = { sender: this, senderFrame: { url: toAppUrl(page.url()), parent: null } };
    if (message.type === 'send') receiveSend(message.channel, event, message.args);
    else if (message.type === 'port')
      this.#wire.deliver(message.port, new Uint8Array(Buffer.from(message.bytes, 'base64')));
    else if (message.type === 'port-close') this.#wire.closed(message.port);
    else {
      const { id, channel, args } = message;
      receiveInvoke(channel, event, args).then(
        (value) => this.#toPreload({ type: 'invoked', id, value: value ?? null, error: null }),
        (error: unknown) => this.#toPreload({ type: 'invoked', id, value: null, error: String(error) }),
      );
    }
  }

  #toPreload(message: object): void {
    if (this.#preloadContext === null) return;
    void this.#session
      ?.send('Runtime.evaluate', {
        contextId: this.#preloadContext,
        expression: `__standInFromMain(${JSON.stringify(message)})`,
      })
      // The document went away in between; its ports are closed by then.
      .catch(() => undefined);
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = request.url();
    if (request.isNavigationRequest() && !this.#byMain) {
      let prevented = false;
      this.emit('will-navigate', { preventDefault: () => (prevented = true) }, toAppUrl(url));
      if (prevented) {
        tellTest({ type: 'blocked', url });
        return route.abort('aborted');
      }
    }
    const response = await answerRequest(url, request.method());
    if (response === null) {
      tellTest({ type: 'blocked', url });
      return route.abort('blockedbyclient');
    }
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  #onPopup(popup: Page): void {
    const { action } = this.#openHandler({ url: popup.url() });
    if (action === 'deny') void popup.close();
    else throw new Error(`main lets a page open a window: ${popup.url()}`);
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #preload: string;
  readonly #bounds: { x: number; y: number; width: number; height: number };

  constructor({ webPreferences, x = 0, y = 0, width, height }: WindowOptions) {
    super();
    if (!webPreferences.contextIsolation || !webPreferences.sandbox || webPreferences.nodeIntegration) {
      throw new Error('the stand-in has isolated, sandboxed windows only');
    }
    this.#preload = webPreferences.preload;
    this.#bounds = { x, y, width, height };
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
    this.webContents.on('closed', () => {
      this.emit('close');
      windows.delete(this);
      this.emit('closed');
      if (windows.size === 0) app.emit('window-all-closed');
    });
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  /** None while the desktop's front window is another program's. */
  static getFocusedWindow(): BrowserWindow | null {
    if (!inFront) return null;
    return [...windows].at(-1) ?? null;
  }

  static fromWebContents(contents: unknown): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url, this.#preload, this.#bounds);
    this.emit('ready-to-show');
    tellTest({ type: 'window' });
  }

  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return this.#bounds;
  }

  isMinimized(): boolean {
    return false;
  }

  setProgressBar(share: number): void {
    tellTest({ type: 'bar', share });
  }

  isMaximized(): boolean {
    return false;
  }

  maximize(): void {
    // Pages of a headless Chromium have no frame.
  }

  show(): void {
    // Pages of a headless Chromium have nothing to show on.
  }

  focus(): void {
    // As above.
  }
}
