/**
 * One engine process from fork to death. It reports messages that parse, and its end exactly once; a process that
 * neither answers nor beats for too long while calls wait is killed.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fromEngineSchema } from './wire.ts';
import type { FromEngine, ToEngine } from './wire.ts';

export interface ChildOptions {
  /** The host's file, `host.ts` in a checkout or a bundle of it. */
  readonly entry: string;
  /** Models kept loaded at once. */
  readonly models: number;
  readonly cpuThreads?: number;
  /** Silence after which a busy process counts as hung, in milliseconds. */
  readonly hangMs: number;
}

export interface ChildEvents {
  readonly message: (message: FromEngine) => void;
  /** @param reason one line: exit code or signal, and the process's last words. */
  readonly end: (reason: string) => void;
}

/** Ticks of the hang clock per `hangMs`. Ticks, not time: a suspended laptop must not look like a hung engine. */
const TICKS = 10;
const LAST_WORDS = 2000;
/**
 * glibc raises this limit by itself up to 32 MB; activations below it then lie between one another in the heap and hold
 * on to it: 2 GB more for a Qwen2.5-VL of 3 B. Other systems do not read it.
 */
const LARGE_BLOCKS_FROM_THE_SYSTEM = { MALLOC_MMAP_THRESHOLD_: String(1 << 20) };

export class EngineChild {
  readonly #process: ChildProcess;
  readonly #events: ChildEvents;
  readonly #clock: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #silentTicks = 0;
  #busy = false;
  #ended = false;
  #words = '';

  constructor(options: ChildOptions, events: ChildEvents) {
    this.#events = events;
    const { models, cpuThreads } = options;
    this.#process = fork(options.entry, [JSON.stringify({ models, cpuThreads })], {
      serialization: 'advanced',
      execArgv: [],
      // Nothing of the engine may land on stdout, which belongs to `--json`.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...LARGE_BLOCKS_FROM_THE_SYSTEM,
        ...process.env,
        ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
      },
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-LAST_WORDS);
    });
    this.#process.on('message', (raw) => this.#receive(raw));
    this.#exited = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => {
        this.#end(signal ? `signal ${signal}` : `exit code ${code}`);
        resolve();
      });
      this.#process.on('error', (error) => {
        this.#end(error.message);
        resolve();
      });
    });
    this.#clock = setInterval(() => this.#tick(), options.hangMs / TICKS);
    this.#clock.unref();
    this.busy = false;
  }

  get pid(): number | null {
    return this.#ended ? null : (this.#process.pid ?? null);
  }

  /** While busy the process keeps this one's event loop alive, and must show signs of life. */
  set busy(busy: boolean) {
    if (busy !== this.#busy) this.#silentTicks = 0;
    this.#busy = busy;
    const handles = [
      this.#process,
      this.#process.channel,
      this.#process.stderr as { ref?(): void; unref?(): void } | null,
    ];
    for (const handle of handles) {
      if (busy) handle?.ref?.();
      else handle?.unref?.();
    }
  }

  send(message: ToEngine): void {
    // A broken pipe shows as the process's end, right after.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** Ends the process: politely by closing the pipe, by force when it is not gone `graceMs` later. Gives no `end`. */
  async stop(graceMs: number): Promise<void> {
    this.#ended = true;
    clearInterval(this.#clock);
    if (this.#process.connected) this.#process.disconnect();
    this.#process.ref();
    const force = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.#exited;
    clearTimeout(force);
  }

  #receive(raw: unknown): void {
    this.#silentTicks = 0;
    const parsed = fromEngineSchema.safeParse(raw);
    if (parsed.success) this.#events.message(parsed.data);
    else this.#kill('sent a message that is not understood');
  }

  #tick(): void {
    if (this.#busy && ++this.#silentTicks > TICKS) this.#kill('stopped answering');
  }

  #kill(reason: string): void {
    this.#process.kill('SIGKILL');
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#clock);
    const words = this.#words.trim().split('\n').pop()?.trim();
    this.#events.end(words ? `${reason}: ${words}` : reason);
  }
}
