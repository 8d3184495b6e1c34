/**
 * The client of the contract over any transport: numbers calls, parses answers and events with the contract's schemas,
 * and opens the channel again when it is lost. Calls that change something are never repeated on their own: a decision
 * must not be saved twice because a socket closed at the wrong moment. Some that only read are (`ASKED_AGAIN`).
 */
import { ASKED_AGAIN } from '../contract/asked-again.ts';
import { FoveaError } from '../contract/errors.ts';
import {
  events,
  procedures,
  type EventName,
  type EventPayload,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  type RpcClient,
} from '../contract/procedures.ts';
import type { Channel } from './channel.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import { replySchema, type Reply } from './wire.ts';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;

interface Waiting {
  readonly name: ProcedureName;
  readonly input: unknown;
  /** Lost in flight once before: what a main side dies of is not asked for ever. */
  lost: boolean;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: FoveaError) => void;
}

type AnyListener = (payload: unknown) => void;

/**
 * Opens a channel with `open` and gives a client over it. When the channel closes, calls in flight fail with `io`, new
 * ones do so until the channel is back (those in `ASKED_AGAIN` wait for it), and `open` is tried again after 0.2 s,
 * doubling up to 5 s.
 * @throws whatever the first `open` throws; later failures only delay the next try
 */
export async function createRpcClient(open: () => Promise<Channel>): Promise<RpcClient> {
  const client = new ChannelClient(open);
  await client.start();
  return client;
}

class ChannelClient implements RpcClient {
  readonly #open: () => Promise<Channel>;
  readonly #waiting = new Map<number, Waiting>();
  /** To be sent when the channel is back. */
  #held: Waiting[] = [];
  readonly #listeners = new Map<EventName, Set<AnyListener>>();
  readonly #connectionListeners = new Set<(open: boolean, problem: FoveaError | null) => void>();
  #channel: Channel | null = null;
  #nextId = 1;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ended = false;
  #project: string | null = null;

  constructor(open: () => Promise<Channel>) {
    this.#open = open;
  }

  async start(): Promise<void> {
    const channel = await this.#open();
    if (this.#ended) {
      channel.close();
      return;
    }
    this.#channel = channel;
    this.#retryMs = FIRST_RETRY_MS;
    let reason: FoveaError | null = null;
    channel.onFrame((frame) => {
      const problem = this.#receive(frame);
      if (problem === null) return;
      reason = problem;
      channel.close();
    });
    channel.onClose((said) => this.#lost(reason ?? (said === null ? null : lostError(said))));
    for (const call of this.#held.splice(0)) this.#send(channel, call);
    this.#tell(true);
  }

  async call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>> {
    const channel = this.#channel;
    if (channel === null && (this.#ended || !ASKED_AGAIN.has(name))) throw lostError();
    return new Promise<ProcedureOutput<N>>((resolve, reject) => {
      // The output was parsed with this procedure's schema before `resolve` is called.
      const call = { name, input, lost: false, resolve: resolve as (output: unknown) => void, reject };
      if (channel === null) this.#held.push(call);
      else this.#send(channel, call);
    });
  }

  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set<AnyListener>();
    this.#listeners.set(name, set);
    const own: AnyListener = (payload) => listener(payload as EventPayload<N>);
    set.add(own);
    return () => set.delete(own);
  }

  showsProject(key: string | null): void {
    this.#project = key;
  }

  onConnection(listener: (open: boolean, problem: FoveaError | null) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  close(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const call of this.#held.splice(0)) call.reject(lostError());
    this.#channel?.close();
  }

  #send(channel: Channel, call: Waiting): void {
    const id = this.#nextId++;
    const frame = encodeFrame({
      type: 'call',
      id,
      name: call.name,
      input: call.input,
      project: this.#project ?? undefined,
    });
    this.#waiting.set(id, call);
    channel.send(frame);
  }

  /** @returns why the connection cannot go on, or null */
  #receive(frame: Uint8Array): FoveaError | null {
    let reply: Reply;
    try {
      reply = replySchema.parse(decodeFrame(frame));
    } catch (error) {
      return new FoveaError('io', 'The main side sent a message that cannot be read', { cause: error });
    }
    if (reply.type === 'bye') return FoveaError.fromWire(reply.error);
    if (reply.type === 'event') this.#dispatch(reply.name, reply.payload);
    else this.#settle(reply);
    return null;
  }

  #settle(reply: Extract<Reply, { id: number }>): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if (reply.type === 'error') {
      waiting.reject(FoveaError.fromWire(reply.error));
      return;
    }
    const output = procedures[waiting.name].output.safeParse(reply.output);
    if (output.success) waiting.resolve(output.data);
    else
      waiting.reject(
        new FoveaError('internal', `${waiting.name} answered out of contract: ${output.error.message}`),
      );
  }

  #dispatch(name: string, payload: unknown): void {
    if (!Object.hasOwn(events, name)) return;
    const known = name as EventName;
    const parsed = events[known].safeParse(payload);
    if (!parsed.success) return;
    for (const listener of this.#listeners.get(known) ?? []) listener(parsed.data);
  }

  #lost(reason: FoveaError | null): void {
    this.#channel = null;
    const error = reason ?? lostError();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const call of waiting) {
      const again = reason === null && !this.#ended && !call.lost && ASKED_AGAIN.has(call.name);
      call.lost = true;
      if (again) this.#held.push(call);
      else call.reject(error);
    }
    this.#tell(false, reason);
    if (!this.#ended) this.#retryLater();
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.start().catch((thrown: unknown) => {
        if (this.#ended) return;
        const problem = FoveaError.from(thrown);
        // Not let in is worth saying: that does not pass by itself.
        if (problem.code === 'unauthorized') this.#tell(false, problem);
        this.#retryLater();
      });
    }, this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #tell(open: boolean, problem: FoveaError | null = null): void {
    for (const listener of this.#connectionListeners) listener(open, problem);
  }
}

function lostError(reason: string | null = null): FoveaError {
  const why = reason === null ? '' : `: ${reason}`;
  return new FoveaError('io', `The connection to the main side is lost${why}`, {
    next: 'Fovea tries again by itself; check that it is still running',
  });
}
