/** A client that does not read what it is answered is held back, then cut off; the others are served on. Small limits. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { EventName, EventPayload } from '../../../src-shared/contract/procedures.ts';
import { keepPace, type PaceLimits } from '../../../src-main/rpc/transports/pace.ts';
import { serveChannel, type RpcServer } from '../../../src-main/rpc/transports/serve.ts';
import { webSocketAcceptor } from '../../../src-main/rpc/transports/web-socket.ts';
import { encodeFrame } from '../../../src-shared/rpc/codec.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../../src-shared/rpc/web-socket-channel.ts';

const LIMITS: PaceLimits = { high: 256 << 10, most: 2 << 20, stalledMs: 400, calls: 4, queued: 100 };
const ANSWER = new Uint8Array(200 << 10);

type Listener = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

async function serve(t: TestContext, limits: PaceLimits) {
  let calls = 0;
  const listeners = new Set<Listener>();
  const server: RpcServer = {
    call: (name) => {
      calls++;
      return Promise.resolve(name === 'app.info' ? INFO : { bytes: ANSWER });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const acceptor = webSocketAcceptor((channel) => serveChannel(channel, server, limits));
  const http = createServer().on('upgrade', acceptor.accept);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    acceptor.close();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, calls: () => calls, listeners };
}

const INFO = {
  version: '0',
  host: 'test',
  projectPath: null,
  reviewer: 'r',
  caller: { role: 'admin', name: null },
} as const;

/** Asks `n` times and reads nothing. */
async function asksOnly(
  t: TestContext,
  url: string,
  n: number,
): Promise<{ socket: WebSocket; closed: Promise<[number, string]> }> {
  const socket = new WebSocket(url);
  // Paused, it would never hear that the other side is gone.
  t.after(() => socket.terminate());
  await once(socket, 'open');
  socket.pause();
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)] as [number, string]);
  for (let id = 1; id <= n; id++) {
    socket.send(encodeFrame({ type: 'call', id, name: 'samples.maps', input: {} }));
  }
  return { socket, closed };
}

test('a client that reads nothing gets no more begun, is cut off with a reason, and others are served on', async (t) => {
  const { url, calls } = await serve(t, LIMITS);
  const { socket, closed } = await asksOnly(t, url, 90);
  await sleep(2500);
  const begun = calls();
  assert.ok(begun < 90, `${begun} of 90 calls were begun for somebody who reads nothing`);
  socket.resume();
  const [code, reason] = await closed;
  assert.equal(code, 4000);
  assert.match(reason, /nothing that was answered is being read/);
  const client = await createRpcClient(() =>
    openWebSocketChannel(new WebSocket(url) as unknown as WebSocketLike),
  );
  t.after(() => client.close());
  assert.deepEqual(await client.call('app.info', {}), INFO);
});

test('a slow reader is waited for: everything asked is answered', async (t) => {
  const { url, calls } = await serve(t, { ...LIMITS, stalledMs: 20_000 });
  const { socket, closed } = await asksOnly(t, url, 60);
  let answered = 0;
  socket.on('message', () => answered++);
  let open = true;
  void closed.then(() => (open = false));
  while (open && answered < 60) {
    socket.resume();
    await sleep(20);
    socket.pause();
    await sleep(20);
  }
  assert.deepEqual([answered, calls()], [60, 60]);
});

test('events that nobody reads end the connection at the limit', async (t) => {
  const { url, listeners } = await serve(t, { ...LIMITS, stalledMs: 60_000 });
  const { socket, closed } = await asksOnly(t, url, 0);
  const message = 'x'.repeat(100 << 10);
  for (let n = 0; n < 500 && listeners.size > 0; n++) {
    for (const listener of listeners) listener('engine.changed', { state: 'failed', message } as never);
    await sleep(1);
  }
  socket.resume();
  const [code, reason] = await closed;
  assert.deepEqual([code, reason], [4000, 'answers are read too slowly']);
});

test('calls that wait are bounded by number and by bytes', () => {
  const channel = { send() {}, onFrame() {}, onClose() {}, close() {}, buffered: () => 0 };
  const never = () => new Promise<void>(() => undefined);
  for (const [bytes, most] of [
    [1, 104],
    [1 << 20, 6],
  ] as const) {
    const reasons: string[] = [];
    const pace = keepPace(channel, LIMITS, (reason) => reasons.push(reason));
    let n = 0;
    while (reasons.length === 0 && n < 200) {
      pace.begin(bytes, never);
      n++;
    }
    assert.deepEqual([n, reasons], [most + 1, ['more is asked than can be answered']]);
  }
});
