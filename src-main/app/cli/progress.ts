/**
 * Progress on stderr: a bar that redraws itself on a terminal, a line now and then anywhere else (a log keeps no bar).
 */

export interface ProgressState {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Items per second; null before it is known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const LINE_MS = 5_000;
const BAR = 30;

export class Progress {
  readonly #title: string;
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #last: ProgressState | null = null;
  #drawn = false;

  constructor(title: string, stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#title = title;
    this.#stream = stream;
    this.#now = now;
  }

  /** Shows the state, not more often than a person (or a log) can use. */
  update(state: ProgressState): void {
    this.#last = state;
    const every = this.#stream.isTTY ? REDRAW_MS : LINE_MS;
    if (this.#now() - this.#shownAt < every) return;
    this.#show(state);
  }

  /** Shows the last state for good. */
  end(): void {
    if (this.#last) this.#show(this.#last);
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
    this.#last = null;
  }

  #show(state: ProgressState): void {
    this.#shownAt = this.#now();
    if (this.#stream.isTTY) {
      const width = (this.#stream.columns ?? 80) - 1;
      this.#stream.write(`\r\x1b[K${`${this.#title} ${bar(state)} ${numbers(state)}`.slice(0, width)}`);
      this.#drawn = true;
    } else {
      this.#stream.write(`${this.#title}: ${numbers(state)}\n`);
    }
  }
}

function bar({ total, done, failed }: ProgressState): string {
  const full = total > 0 ? Math.round((BAR * Math.min(total, done + failed)) / total) : 0;
  return `[${'█'.repeat(full)}${'·'.repeat(BAR - full)}]`;
}

function numbers({ total, done, failed, rate, etaSeconds }: ProgressState): string {
  const over = done + failed;
  const percent = total > 0 ? Math.floor((100 * over) / total) : 100;
  const parts = [`${over}/${total}`, `${percent}%`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (rate !== null) parts.push(`${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`);
  if (etaSeconds !== null && over < total) parts.push(`${duration(etaSeconds)} left`);
  return parts.join(' · ');
}

/** Seconds as people read them: `8 s`, `3:05`, `1:02:09`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
