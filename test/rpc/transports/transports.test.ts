/** One suite over every transport: the contract holds whatever carries it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PredictionMaps } from '../../../src-shared/contract/domain.ts';
import type {
  EventName,
  EventPayload,
  ProcedureName,
  RpcClient,
} from '../../../src-shared/contract/procedures.ts';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { MAX_FRAME_BYTES, decodeFrame, encodeFrame } from '../../../src-shared/rpc/codec.ts';
import { replySchema, type Reply } from '../../../src-shared/rpc/wire.ts';
import type { RpcServer } from '../../../src-main/rpc/transports/serve.ts';
import { transports, type ServedTransport } from './transports.ts';

type Listener = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/** Answers as the given table says and lets the test push events. */
class TableServer implements RpcServer {
  readonly listeners = new Set<Listener>();
  readonly #table: Partial<Record<ProcedureName, (input: unknown) => unknown>>;

  constructor(table: Partial<Record<ProcedureName, (input: unknown) => unknown>>) {
    this.#table = table;
  }

  async call(name: ProcedureName, input: unknown): Promise<unknown> {
    const handler = this.#table[name];
    if (!handler) throw new FoveaError('not_found', `no ${name}`, { where: 'table', next: 'add it' });
    return handler(input);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const info = {
  version: '1.2.3',
  host: 'test',
  projectPath: null,
  reviewer: 'r',
  caller: { role: 'admin', name: null },
} as const;
const transform = { scaleX: 0.5, scaleY: 0.25, offsetX: -1.5, offsetY: 0 };
const maps: PredictionMaps = {
  predictionId: 7,
  grounding: { grid: [1, 2], transform, data: new Uint8Array([1, 2, 3, 255]) },
  sink: null,
  question: null,
  denoised: { grid: [2, 1], transform, data: new Uint8Array(4) },
  rpn: null,
};
const sampleChanged = {
  sampleId: 3,
  state: 'accepted',
  reviewId: 9,
  latestRevisionId: 9,
  predictionId: null,
} as const;

function nextReply(channel: Channel): Promise<Reply> {
  return new Promise((resolve) => channel.onFrame((frame) => resolve(replySchema.parse(decodeFrame(frame)))));
}

interface Ends extends Pick<ServedTransport, 'open' | 'dropAll'> {
  /** A client on an end of its own. */
  client(): Promise<RpcClient>;
}

/** What `body` opened is closed however it ended: an open end, or a client that comes back, would keep this process alive. */
async function withTransport(
  make: (server: RpcServer) => Promise<ServedTransport>,
  server: RpcServer,
  body: (served: Ends) => Promise<void>,
): Promise<void> {
  const served = await make(server);
  const opened: { close(): void }[] = [];
  const closedLater = <T extends { close(): void }>(end: T): T => {
    opened.push(end);
    return end;
  };
  try {
    await body({
      open: async () => closedLater(await served.open()),
      dropAll: () => served.dropAll(),
      client: async () => closedLater(await createRpcClient(served.open)),
    });
  } finally {
    for (const end of opened) end.close();
    await served.dispose();
  }
}

for (const [name, make] of Object.entries(transports)) {
  test(`${name}: carries calls, bytes and nulls both ways`, async () => {
    const seen: unknown[] = [];
    const server = new TableServer({
      'app.info': () => info,
      'samples.maps': (input) => {
        seen.push(input);
        return maps;
      },
    });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      assert.deepEqual(await client.call('app.info', {}), info);
      const got = await client.call('samples.maps', { predictionId: 7 });
      assert.deepEqual(got, maps);
      assert.equal(got.grounding?.data.byteOffset, 0, 'bytes have a buffer of their own');
      assert.deepEqual(seen, [{ predictionId: 7 }]);
    });
  });

  test(`${name}: answers in the order calls finish, not in the order they came`, async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const server = new TableServer({
      'jobs.list': async () => {
        await gate;
        return [];
      },
      'app.info': () => info,
    });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      const slow = client.call('jobs.list', {});
      assert.deepEqual(await client.call('app.info', {}), info);
      release();
      assert.deepEqual(await slow, []);
    });
  });

  test(`${name}: errors keep code, where and next; other exceptions are internal`, async () => {
    const server = new TableServer({
      'jobs.list': () => {
        throw new TypeError('boom');
      },
    });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      await assert.rejects(client.call('app.info', {}), (error: FoveaError) => {
        assert.deepEqual(error.toWire(), {
          code: 'not_found',
          message: 'no app.info',
          where: 'table',
          next: 'add it',
        });
        return true;
      });
      await assert.rejects(client.call('jobs.list', {}), { code: 'internal', message: 'boom' });
    });
  });

  test(`${name}: an answer out of contract is an error, not data`, async () => {
    const server = new TableServer({ 'app.info': () => ({ version: 3 }) });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      await assert.rejects(client.call('app.info', {}), { code: 'internal' });
    });
  });

  test(`${name}: events reach every client until it leaves`, async () => {
    const server = new TableServer({ 'app.info': () => info });
    await withTransport(make, server, async (served) => {
      const one = await served.client();
      const two = await served.client();
      await Promise.all([one.call('app.info', {}), two.call('app.info', {})]);
      const heard = [one, two].map(
        (client) => new Promise((resolve) => client.on('sample.changed', (payload) => resolve(payload))),
      );
      for (const listener of server.listeners) listener('sample.changed', { ...sampleChanged });
      assert.deepEqual(await Promise.all(heard), [sampleChanged, sampleChanged]);
      const closed = new Promise<boolean>((resolve) => one.onConnection(resolve));
      one.close();
      assert.equal(await closed, false);
      await two.call('app.info', {});
      while (server.listeners.size > 1) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(server.listeners.size, 1, 'the one that left no longer listens');
    });
  });

  test(`${name}: an unknown procedure is a coded error and the connection goes on`, async () => {
    const server = new TableServer({ 'app.info': () => info });
    await withTransport(make, server, async (served) => {
      for (const unknown of ['no.such', '__proto__', 'toString']) {
        const channel = await served.open();
        channel.send(encodeFrame({ type: 'call', id: 4, name: unknown, input: {} }));
        const reply = await nextReply(channel);
        assert.equal(reply.type, 'error');
        assert.equal(reply.type === 'error' && reply.error.code, 'not_found');
        const again = nextReply(channel);
        channel.send(encodeFrame({ type: 'call', id: 5, name: 'app.info', input: {} }));
        assert.deepEqual(await again, { type: 'result', id: 5, output: info });
      }
    });
  });

  const malformed: Readonly<Record<string, Uint8Array>> = {
    'not msgpack': new Uint8Array([0xc1, 0x00]),
    empty: new Uint8Array(0),
    'two messages in one frame': new Uint8Array([...encodeFrame(1), ...encodeFrame(2)]),
    'not a call': encodeFrame({ type: 'result', id: 1, output: null }),
    'a call without id': encodeFrame({ type: 'call', name: 'app.info', input: {} }),
    'a length that lies': new Uint8Array([0xc6, 0xff, 0xff, 0xff, 0xff, 1]),
    'a frame over the limit': new Uint8Array(MAX_FRAME_BYTES + 1),
  };
  for (const [kind, frame] of Object.entries(malformed)) {
    test(`${name}: ends the connection with a coded error on a malformed frame: ${kind}`, async () => {
      const server = new TableServer({ 'app.info': () => info });
      await withTransport(make, server, async (served) => {
        const channel = await served.open();
        const closed = new Promise<void>((resolve) => channel.onClose(() => resolve()));
        const bye = nextReply(channel);
        channel.send(frame);
        const reply = await bye;
        assert.equal(reply.type === 'bye' && reply.error.code, 'bad_input');
        await closed;
        const other = await served.client();
        assert.deepEqual(await other.call('app.info', {}), info, 'others are served on');
      });
    });
  }

  test(`${name}: an answer over the limit fails that call only`, async () => {
    const server = new TableServer({
      'app.info': () => info,
      'samples.maps': () => ({
        ...maps,
        grounding: { grid: [1, MAX_FRAME_BYTES / 2], transform, data: new Uint8Array(MAX_FRAME_BYTES) },
      }),
    });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      await assert.rejects(client.call('samples.maps', { predictionId: 1 }), { code: 'bad_input' });
      assert.deepEqual(await client.call('app.info', {}), info);
    });
  });

  test(`${name}: what only reads for a sheet is asked again when the connection is back, once`, async () => {
    let asked = 0;
    let arrived = (): void => undefined;
    const server = new TableServer({
      'batches.list': () => {
        asked++;
        arrived();
        return asked === 1 || asked > 3 ? new Promise(() => undefined) : [];
      },
    });
    const next = (): Promise<void> => new Promise((resolve) => (arrived = resolve));
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      let coming = next();
      const inFlight = client.call('batches.list', {});
      await coming;
      served.dropAll();
      await new Promise<void>((resolve) => client.onConnection((open) => !open && resolve()));
      const whileClosed = client.call('batches.list', {});
      assert.deepEqual(await Promise.all([inFlight, whileClosed]), [[], []]);
      const hopeless = client.call('batches.list', {});
      hopeless.catch(() => undefined);
      for (let n = 0; n < 2; n++) {
        coming = next();
        if (n > 0) await coming;
        else while (asked < 4) await new Promise((resolve) => setImmediate(resolve));
        served.dropAll();
      }
      await assert.rejects(hopeless, { code: 'io' });
    });
  });

  test(`${name}: calls in flight fail with io when the host drops, and the client comes back`, async () => {
    const started: (() => void)[] = [];
    const server = new TableServer({
      'app.info': () => info,
      'jobs.list': () => {
        started.forEach((tell) => tell());
        return new Promise(() => undefined);
      },
    });
    await withTransport(make, server, async (served) => {
      const client = await served.client();
      const changes: boolean[] = [];
      const back = new Promise<void>((resolve) =>
        client.onConnection((open) => {
          changes.push(open);
          if (open) resolve();
        }),
      );
      const inHandler = new Promise<void>((resolve) => started.push(resolve));
      const hanging = client.call('jobs.list', {});
      hanging.catch(() => undefined);
      await inHandler;
      served.dropAll();
      await assert.rejects(hanging, { code: 'io' });
      await assert.rejects(client.call('app.info', {}), { code: 'io' });
      await back;
      assert.deepEqual(changes, [false, true]);
      assert.deepEqual(await client.call('app.info', {}), info);
    });
  });
}

test('a first connection that fails is an error at once', async () => {
  const refused = new FoveaError('io', 'no host');
  await assert.rejects(
    createRpcClient(() => Promise.reject(refused)),
    refused,
  );
});
