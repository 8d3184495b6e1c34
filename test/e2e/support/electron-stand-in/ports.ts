/**
 * MessageChannelMain in one process, and its ports' way to another: a port that is transferred stays here as the near
 * end of a wire ({@link PortWire}) to where it went.
 */
import { EventEmitter } from 'node:events';

export class StandInPort extends EventEmitter {
  peer: StandInPort | null = null;
  #queue: unknown[] = [];
  #started = false;
  #closed = false;

  postMessage(data: unknown): void {
    const { peer } = this;
    if (this.#closed || !peer) return;
    const copy: unknown = structuredClone(data);
    setImmediate(() => peer.#receive(copy));
  }

  start(): void {
    this.#started = true;
    for (const data of this.#queue.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { peer } = this;
    setImmediate(() => {
      this.emit('close');
      peer?.close();
    });
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }
}

export class MessageChannelMain {
  readonly port1 = new StandInPort();
  readonly port2 = new StandInPort();

  constructor() {
    this.port1.peer = this.port2;
    this.port2.peer = this.port1;
  }
}

/** A port as far as a wire uses it: ours, or Electron's own. */
export interface WirePort {
  postMessage(data: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

let nextPortId = 1;

/** Carries transferred ports over some other connection, by number. */
export class PortWire {
  readonly #ports = new Map<number, WirePort>();
  readonly #send: (message: { type: 'port' | 'port-close'; port: number; data?: unknown }) => void;

  constructor(send: (message: { type: 'port' | 'port-close'; port: number; data?: unknown }) => void) {
    this.#send = send;
  }

  /** Takes ports that are being transferred and gives their numbers. */
  transfer(ports: readonly WirePort[]): number[] {
    return ports.map((port) => {
      const id = nextPortId++;
      this.#ports.set(id, port);
      port.on('message', ({ data }) => this.#send({ type: 'port', port: id, data }));
      port.on('close', () => {
        if (this.#ports.delete(id)) this.#send({ type: 'port-close', port: id });
      });
      port.start();
      return id;
    });
  }

  /** A message that the far end put into a port. */
  deliver(id: number, data: unknown): void {
    this.#ports.get(id)?.postMessage(data);
  }

  /** The far end closed a port. */
  closed(id: number): void {
    const port = this.#ports.get(id);
    this.#ports.delete(id);
    port?.close();
  }

  /** The far end is gone with everything in it. */
  closeAll(): void {
    for (const id of [...this.#ports.keys()]) this.closed(id);
  }
}
