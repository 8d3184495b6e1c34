/**
 * The backend as main sees it: a utility process that is started again when it dies. Windows notice by their port
 * closing and ask for another; nothing they hold in memory is lost, and what was decided is in the project.
 */
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ImageFile } from '../../rpc/image-file.ts';
import { toMainSchema, type ToBackend } from './control.ts';

/** More deaths than this within {@link WINDOW_MS} and it is not started again. */
const MAX_DEATHS = 5;
const WINDOW_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;

export interface BackendProcessOptions {
  /** The bundled backend. */
  readonly entry: string;
  /** The project to open at once, or null. */
  readonly project: string | null;
  /** Told once, when the backend cannot be kept alive. */
  readonly onGivenUp: (error: FoveaError) => void;
}

export class BackendProcess {
  readonly #options: BackendProcessOptions;
  readonly #pictures = new Map<number, (file: ImageFile | null) => void>();
  #child: UtilityProcess | null = null;
  #ready: Promise<void> = Promise.resolve();
  #deaths: number[] = [];
  #nextRequest = 1;
  #project: string | null;
  #closing = false;
  #failure: FoveaError | null = null;

  constructor(options: BackendProcessOptions) {
    this.#options = options;
    this.#project = options.project;
    this.#start();
  }

  /** A new port to the backend, once it is ready; give it to a window or use it here. */
  async connect(): Promise<MessagePortMain> {
    const child = await this.#running();
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ type: 'port' } satisfies ToBackend, [port1]);
    return port2;
  }

  /** Where a picture of the open project is, or null when there is none of that id. */
  async picture(id: number): Promise<ImageFile | null> {
    const child = await this.#running();
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      this.#pictures.set(request, resolve);
      child.postMessage({ type: 'picture', request, id } satisfies ToBackend);
    });
  }

  /** Lets the backend finish what it is writing, then ends it. */
  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill(), CLOSE_TIMEOUT_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.postMessage({ type: 'close' } satisfies ToBackend);
    });
  }

  async #running(): Promise<UtilityProcess> {
    await this.#ready;
    if (this.#child) return this.#child;
    throw this.#failure ?? new FoveaError('io', 'The backend is not running', { next: 'Restart Fovea' });
  }

  #start(): void {
    const args = this.#project === null ? [] : [`--project=${this.#project}`];
    const child = utilityProcess.fork(this.#options.entry, args, {
      serviceName: 'Fovea backend',
      stdio: 'inherit',
    });
    this.#child = child;
    this.#ready = new Promise((resolve) => {
      child.on('message', (data: unknown) => {
        const message = toMainSchema.safeParse(data);
        if (!message.success) return;
        if (message.data.type === 'ready') resolve();
        else if (message.data.type === 'project') this.#project = message.data.path;
        else if (message.data.type === 'failed') this.#failure = FoveaError.fromWire(message.data.error);
        else this.#answerPicture(message.data.request, message.data.file);
      });
      child.once('exit', () => {
        resolve();
        this.#died();
      });
    });
  }

  #answerPicture(request: number, file: ImageFile | null): void {
    this.#pictures.get(request)?.(file);
    this.#pictures.delete(request);
  }

  #died(): void {
    this.#child = null;
    for (const resolve of this.#pictures.values()) resolve(null);
    this.#pictures.clear();
    if (this.#closing) return;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < WINDOW_MS), now];
    if (this.#failure === null && this.#deaths.length <= MAX_DEATHS) this.#start();
    else this.#options.onGivenUp(this.#failure ?? new FoveaError('internal', 'The backend keeps ending'));
  }
}
