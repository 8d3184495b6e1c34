/**
 * Where a channel meets the handlers: decodes calls, answers them in whatever order they finish, pushes events.
 * A call that fails is an answer; a frame that cannot be read ends the connection, because nothing after it can be
 * trusted. A client that does not read what it is answered is held back, then cut off (`pace.ts`).
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  procedures,
  type EventName,
  type EventPayload,
  type ProcedureName,
} from '../../../src-shared/contract/procedures.ts';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { decodeFrame, encodeFrame } from '../../../src-shared/rpc/codec.ts';
import { requestSchema, type Reply, type Request } from '../../../src-shared/rpc/wire.ts';
import { keepPace, PACE, type PaceLimits } from './pace.ts';

/** What the handlers look like from here. Inputs arrive as sent; `call` parses them with the procedure's schema. */
export interface RpcServer {
  /** @param project what the caller shows, where it said so */
  call(name: ProcedureName, input: unknown, project: string | null): Promise<unknown>;
  subscribe(listener: <N extends EventName>(name: N, payload: EventPayload<N>) => void): () => void;
}

/** Serves one client until its channel closes. The server itself stays as it is: many channels may share it. */
export function serveChannel(channel: Channel, server: RpcServer, limits: PaceLimits = PACE): void {
  let open = true;
  const pace = keepPace(channel, limits, (reason) => channel.close(reason));
  const send = (reply: Reply): void => {
    if (!open) return;
    channel.send(encodeFrame(reply));
    pace.sent();
  };
  const unsubscribe = server.subscribe((name, payload) => send({ type: 'event', name, payload }));
  channel.onClose(() => {
    open = false;
    pace.stop();
    unsubscribe();
  });
  channel.onFrame((frame) => {
    let request: Request;
    try {
      request = readRequest(frame);
    } catch (error) {
      send({ type: 'bye', error: FoveaError.from(error).toWire() });
      channel.close();
      return;
    }
    pace.begin(frame.byteLength, async () => {
      const reply = await answer(server, request);
      try {
        send(reply);
      } catch (error) {
        send({ type: 'error', id: request.id, error: FoveaError.from(error).toWire() });
      }
    });
  });
}

function readRequest(frame: Uint8Array): Request {
  const parsed = requestSchema.safeParse(decodeFrame(frame));
  if (parsed.success) return parsed.data;
  throw new FoveaError('bad_input', 'A frame that is not a call arrived');
}

async function answer(server: RpcServer, { id, name, input, project }: Request): Promise<Reply> {
  try {
    if (!Object.hasOwn(procedures, name)) {
      throw new FoveaError('not_found', `There is no procedure "${name}"`, {
        next: 'Reload the page: it may be of another version',
      });
    }
    return { type: 'result', id, output: await server.call(name as ProcedureName, input, project ?? null) };
  } catch (error) {
    return { type: 'error', id, error: FoveaError.from(error).toWire() };
  }
}
