/** `utilityProcess`: the real backend bundle in a child process that finds `process.parentPort` as Electron gives it. */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PortWire, type StandInPort } from './ports.ts';
import { tellTest } from './test-link.ts';

/** What crosses to the child and back. */
export type UtilityMessage =
  | { readonly type: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly type: 'port'; readonly port: number; readonly data?: unknown }
  | { readonly type: 'port-close'; readonly port: number };

class StandInUtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #wire: PortWire;

  constructor(entry: string, args: readonly string[]) {
    super();
    const shim = fileURLToPath(new URL('./parent-port.ts', import.meta.url));
    this.#child = fork(entry, args, {
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        `--import=${shim}`,
        // What a spec breaks the backend with.
        ...(process.env.FOVEA_TEST_BACKEND ? [`--import=${process.env.FOVEA_TEST_BACKEND}`] : []),
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#wire = new PortWire((message) => this.#send(message));
    this.#child.on('message', (message: UtilityMessage) => {
      if (message.type === 'message') this.emit('message', message.data);
      else if (message.type === 'port') this.#wire.deliver(message.port, message.data);
      else this.#wire.closed(message.port);
    });
    this.#child.on('exit', (code) => {
      this.#wire.closeAll();
      this.emit('exit', code ?? 1);
    });
    if (this.#child.pid !== undefined) tellTest({ type: 'backend', pid: this.#child.pid });
  }

  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(data: unknown, ports: readonly StandInPort[] = []): void {
    this.#send({ type: 'message', data, ports: this.#wire.transfer(ports) });
  }

  kill(): boolean {
    return this.#child.kill();
  }

  #send(message: UtilityMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }
}

export const utilityProcess = {
  fork: (entry: string, args: readonly string[] = []) => new StandInUtilityProcess(entry, args),
};
