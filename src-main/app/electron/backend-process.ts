/**
 * The backend as main sees it: a utility process that is started again when it dies. Windows notice by their port
 * closing and ask for another; nothing they hold in memory is lost, and what was decided is in the project.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ImageFile } from '../../rpc/image-file.ts';
import { toMainSchema, type ToBackend } from './control.ts';
import { whyItEnded } from './why-it-ended.ts';

/** More deaths than this within {@link WINDOW_MS} and it is not started again by itself. */
const MAX_DEATHS = 5;
/** One that dies before it is ready will do so again: tried twice. */
const MAX_STILLBORN = 2;
/** Of what it wrote to stderr, so much is looked at for the reason. */
const KEPT_CHARACTERS = 8_000;
const WINDOW_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;
const LAST_WORDS_MS = 50;

export interface BackendProcessOptions {
  /** The bundled backend. */
  readonly entry: string;
  /** The project to open at once, or null. */
  readonly project: string | null;
  /** Told when the backend cannot be kept alive; {@link BackendProcess.tryAgain} starts it once more. */
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
  /** Deaths in a row before it was ready. */
  #stillborn = 0;
  /** Why the last one ended; the next one tells the page. */
  #ended: FoveaError | null = null;

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

  /** After it was given up: as if it had never died. */
  tryAgain(): void {
    this.#deaths = [];
    this.#stillborn = 0;
    this.#failure = null;
    this.#start();
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
    if (this.#ended) args.push(`--ended=${JSON.stringify(this.#ended.toWire())}`);
    const child = utilityProcess.fork(this.#options.entry, args, {
      serviceName: 'Fovea backend',
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    this.#child = child;
    let ready = false;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      said = (said + chunk.toString('utf8')).slice(-KEPT_CHARACTERS);
    });
    this.#ready = new Promise((resolve) => {
      child.on('message', (data: unknown) => {
        const message = toMainSchema.safeParse(data);
        if (!message.success) return;
        if (message.data.type === 'ready') {
          ready = true;
          this.#stillborn = 0;
          resolve();
        } else if (message.data.type === 'project') this.#project = message.data.path;
        else if (message.data.type === 'failed') this.#failure = FoveaError.fromWire(message.data.error);
        else this.#answerPicture(message.data.request, message.data.file);
      });
      child.once('exit', (code) => {
        this.#child = null;
        // What it wrote last may come after its end. Whoever waits for it waits for the next one.
        const next = sleep(LAST_WORDS_MS).then(() => {
          this.#died(ready, whyItEnded(code, said));
          return this.#child ? this.#ready : undefined;
        });
        this.#ready = next;
        resolve(next);
      });
    });
  }

  #answerPicture(request: number, file: ImageFile | null): void {
    this.#pictures.get(request)?.(file);
    this.#pictures.delete(request);
  }

  #died(wasReady: boolean, why: FoveaError): void {
    for (const resolve of this.#pictures.values()) resolve(null);
    this.#pictures.clear();
    if (this.#closing) return;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < WINDOW_MS), now];
    this.#ended = why;
    if (!wasReady) this.#stillborn++;
    const hopeless = this.#deaths.length > MAX_DEATHS || this.#stillborn >= MAX_STILLBORN;
    if (this.#failure === null && !hopeless) return this.#start();
    this.#failure ??= why;
    this.#options.onGivenUp(this.#failure);
  }
}
