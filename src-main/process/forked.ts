/**
 * One process that computes, from fork to death. It reports messages that parse, and its end exactly once; a process that
 * neither answers nor beats for too long while calls wait is killed.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ForkOptions<In> {
  /** The process's file: a `host.ts` in a checkout, or a bundle of it. */
  readonly entry: string;
  /** What it gets as its one argument, as JSON. */
  readonly argument: unknown;
  /** Silence after which a busy process counts as hung, in milliseconds. */
  readonly hangMs: number;
  /** What a message says; null: it is not understood, and the process is ended. */
  readonly parse: (raw: unknown) => In | null;
}

export interface ForkEvents<In> {
  readonly message: (message: In) => void;
  /** @param reason one line: exit code or signal, and the process's last words. */
  readonly end: (reason: string) => void;
}

/** Ticks of the hang clock per `hangMs`. Ticks, not time: a suspended laptop must not look like a hung process. */
const TICKS = 10;
const LAST_WORDS = 2000;
/**
 * glibc raises this limit by itself up to 32 MB; activations below it then lie between one another in the heap and hold
 * on to it: 2 GB more for a Qwen2.5-VL of 3 B. Other systems do not read it.
 */
const LARGE_BLOCKS_FROM_THE_SYSTEM = { MALLOC_MMAP_THRESHOLD_: String(1 << 20) };

/** @typeParam In messages from the process; @typeParam Out those to it */
export class Forked<In, Out extends object> {
  readonly #process: ChildProcess;
  readonly #events: ForkEvents<In>;
  readonly #parse: ForkOptions<In>['parse'];
  readonly #clock: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #silentTicks = 0;
  #busy = false;
  #ended = false;
  #words = '';

  constructor(options: ForkOptions<In>, events: ForkEvents<In>) {
    this.#events = events;
    this.#parse = options.parse;
    this.#process = fork(options.entry, [JSON.stringify(options.argument)], {
      serialization: 'advanced',
      execArgv: [],
      // Nothing of it may land on stdout, which belongs to `--json`.
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

  send(message: Out): void {
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
    const message = this.#parse(raw);
    if (message !== null) this.#events.message(message);
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
