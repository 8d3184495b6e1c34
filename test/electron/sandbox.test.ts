/** What a page may do on a real Electron, as it is in fact: processes, policy, network, `app://`, permissions. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openDisplay, type Display } from './support/display.ts';
import { statusOf } from './support/process-tree.ts';
import { newDesk, NO_ELECTRON, startApp, type RealApp } from './support/real-app.ts';

let display: Display;
let app: RealApp;
let whyNoSandbox: string | null;
const ends: (() => unknown)[] = [];
before(async () => {
  if (NO_ELECTRON !== false) return;
  display = await openDisplay();
  const t = { after: (end: () => unknown) => void ends.unshift(end) };
  const desk = newDesk(t);
  whyNoSandbox = desk.person.whyNoSandbox;
  app = await startApp(t, display, desk);
  await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
});
after(async () => {
  for (const end of ends) await end();
  await display?.close();
});

/** Of a real Electron: strict mode for system calls (seccomp's filter), as `/proc/PID/status` has it. */
const FILTERED = '2';

test('the page’s process has a system-call filter and process ids of its own', { skip: NO_ELECTRON }, (t) => {
  if (whyNoSandbox !== null) return t.skip(whyNoSandbox);
  const renderers = app.processes('--type=renderer');
  assert.ok(renderers.length > 0);
  for (const { pid } of renderers) {
    assert.equal(statusOf(pid, 'Seccomp'), FILTERED);
    assert.ok(statusOf(pid, 'NSpid').split(/\s+/).length > 1, 'a namespace of its own');
  }
});

test('the page has the bridge and nothing else of Node and Electron', { skip: NO_ELECTRON }, async () => {
  const found = await app.page.evaluate(() => {
    const scope = globalThis as unknown as Record<string, unknown>;
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'];
    return {
      bridge: Object.keys(scope.fovea as object).sort(),
      leaked: names.filter((name) => name in scope),
    };
  });
  assert.deepEqual(found, {
    bridge: ['chooseFile', 'chooseFolder', 'chooseSavePath', 'pathOf', 'requestPort', 'setMenu', 'setTheme'],
    leaked: [],
  });
});

test(
  'the page makes no code of text, neither by eval nor by an inline script',
  { skip: NO_ELECTRON },
  async () => {
    const ran = await app.page.evaluate(
      () =>
        new Promise<Record<string, boolean>>((resolve) => {
          // Out of the debugger's own evaluation, for which the policy does not hold.
          setTimeout(() => {
            const scope = globalThis as unknown as {
              eval(text: string): void;
              inline?: boolean;
              document: {
                createElement(name: string): { textContent: string };
                head: { append(node: unknown): void };
              };
            };
            let evaluated = true;
            try {
              scope.eval('0');
            } catch {
              evaluated = false;
            }
            const script = scope.document.createElement('script');
            script.textContent = 'globalThis.inline = true';
            scope.document.head.append(script);
            setTimeout(() => resolve({ evaluated, inline: scope.inline === true }), 200);
          }, 0);
        }),
    );
    assert.deepEqual(ran, { evaluated: false, inline: false });
  },
);

test(
  'the page reaches nothing on the network, opens no window and does not leave',
  { skip: NO_ELECTRON },
  async () => {
    const reached: string[] = [];
    const server = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.end('here');
    });
    server.on('upgrade', (request, socket) => {
      reached.push(request.url ?? '');
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const before = app.page.url();
      await app.page.evaluate(async (host) => {
        const scope = globalThis as unknown as {
          fetch(url: string, options?: object): Promise<unknown>;
          open(url: string): void;
          WebSocket: new (url: string) => unknown;
          document: { createElement(name: string): { src: string }; body: { append(node: unknown): void } };
          location: { href: string };
          navigator: { sendBeacon(url: string): void };
        };
        await scope.fetch(`http://${host}/fetch`).catch(() => undefined);
        await scope.fetch(`http://${host}/opaque`, { mode: 'no-cors' }).catch(() => undefined);
        for (const name of ['img', 'script', 'iframe']) {
          const element = scope.document.createElement(name);
          element.src = `http://${host}/${name}`;
          scope.document.body.append(element);
        }
        try {
          new scope.WebSocket(`ws://${host}/socket`);
        } catch {
          // Refused at once.
        }
        scope.navigator.sendBeacon(`http://${host}/beacon`);
        scope.open(`http://${host}/window`);
        scope.location.href = `http://${host}/elsewhere`;
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }, origin);
      assert.deepEqual(reached, []);
      assert.equal(app.page.url(), before);
      assert.equal(await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows().length), 1);
      // The server does answer whoever can reach it.
      await fetch(`http://${origin}/control`);
      assert.deepEqual(reached, ['/control']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);

test('app:// serves the page’s own files and nothing beside them', { skip: NO_ELECTRON }, async () => {
  const answers = await app.inMain(
    async ({ net }, urls) =>
      Object.fromEntries(
        await Promise.all(
          urls.map(async (url) => [url, await net.fetch(url).then(({ status }) => status, String)] as const),
        ),
      ),
    [
      'app://fovea/',
      'app://fovea/index.html',
      'app://fovea/../package.json',
      'app://fovea/%2e%2e/package.json',
      'app://fovea/..%2f..%2fpackage.json',
      'app://fovea/assets/..%5c..%5c..%5cpackage.json',
      'app://fovea//package.json',
      'app://fovea/index.html%00.png',
      'app://fovea/image/1/../../../package.json',
      'app://fovea/image/-1',
      'app://fovea/image/1e0',
      'app://fovea/dist/electron/main.mjs',
      'app://elsewhere/index.html',
    ],
  );
  const [served, refused] = [200, 404].map((status) =>
    Object.keys(answers).filter((url) => answers[url] === status),
  );
  assert.deepEqual(served, ['app://fovea/', 'app://fovea/index.html'], JSON.stringify(answers));
  assert.equal(refused.length, Object.keys(answers).length - 2, JSON.stringify(answers));
});

test(
  'permissions are denied: place, camera, notes on the desktop, reading the clipboard; text is copied',
  { skip: NO_ELECTRON },
  async () => {
    const found = await app.page.evaluate(async () => {
      const scope = globalThis as unknown as {
        navigator: {
          geolocation: { getCurrentPosition(yes: () => void, no: (error: { code: number }) => void): void };
          mediaDevices?: { getUserMedia(what: object): Promise<unknown> };
          clipboard: { readText(): Promise<string>; writeText(text: string): Promise<void> };
        };
        Notification: { requestPermission(): Promise<string> };
      };
      const { navigator } = scope;
      return {
        place: await new Promise((resolve) =>
          navigator.geolocation.getCurrentPosition(
            () => resolve('given'),
            ({ code }) => resolve(code === 1 ? 'denied' : `code ${code}`),
          ),
        ),
        camera: await (
          navigator.mediaDevices?.getUserMedia({ video: true }) ?? Promise.reject(new Error())
        ).then(
          () => 'given',
          () => 'denied',
        ),
        notes: await scope.Notification.requestPermission(),
        clipboard: await navigator.clipboard.readText().then(
          () => 'given',
          () => 'denied',
        ),
        copying: await navigator.clipboard.writeText('copied').then(
          () => 'given',
          () => 'denied',
        ),
      };
    });
    assert.deepEqual(found, {
      place: 'denied',
      camera: 'denied',
      notes: 'denied',
      clipboard: 'denied',
      copying: 'given',
    });
    assert.equal(await app.inMain(({ clipboard }) => clipboard.readText()), 'copied');
  },
);
