/**
 * Progress on stderr: a bar that redraws itself on a terminal, a line now and then anywhere else (a log keeps no bar).
 */

export interface ProgressState {
  /** Null when nobody knows how much there will be. */
  readonly total: number | null;
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
  #shownAt: number;
  #last: ProgressState | null = null;
  #shown: ProgressState | null = null;

  /** Nothing is shown of work that is over before the first line is due, unless its total is known from the start. */
  constructor(title: string, stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#title = title;
    this.#stream = stream;
    this.#now = now;
    this.#shownAt = now();
  }

  /** Shows the state, not more often than a person (or a log) can use. */
  update(state: ProgressState): void {
    if (state.total === 0) return;
    this.#last = state;
    const every = this.#stream.isTTY ? REDRAW_MS : LINE_MS;
    const first = this.#shown === null && state.total !== null;
    if (first || this.#now() - this.#shownAt >= every) this.#show(state);
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#shown && this.#last !== this.#shown) this.#show(this.#last!);
    if (this.#shown && this.#stream.isTTY) this.#stream.write('\n');
    this.#shown = null;
    this.#last = null;
  }

  #show(state: ProgressState): void {
    this.#shownAt = this.#now();
    this.#shown = state;
    if (this.#stream.isTTY) {
      const width = (this.#stream.columns || 80) - 1;
      const parts = [this.#title, ...(state.total === null ? [] : [bar(state, state.total)]), numbers(state)];
      this.#stream.write(`\r\x1b[K${parts.join(' ').slice(0, width)}`);
    } else {
      this.#stream.write(`${this.#title}: ${numbers(state)}\n`);
    }
  }
}

function bar({ done, failed }: ProgressState, total: number): string {
  const full = Math.round((BAR * Math.min(total, done + failed)) / total);
  return `[${'█'.repeat(full)}${'·'.repeat(BAR - full)}]`;
}

function numbers({ total, done, failed, rate, etaSeconds }: ProgressState): string {
  const over = done + failed;
  const parts =
    total === null ? [String(over)] : [`${over}/${total}`, `${Math.floor((100 * over) / total)}%`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (rate !== null) parts.push(`${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`);
  if (etaSeconds !== null && total !== null && over < total) parts.push(`${duration(etaSeconds)} left`);
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
