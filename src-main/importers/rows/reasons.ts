/** Collects why rows failed, or were read otherwise than written, in memory that does not grow with the file. */
import type { Reason } from '../../../src-shared/contract/reasons.ts';

/** Kinds told apart; what comes after them is one kind of its own. */
const KINDS_KEPT = 40;
/** Rows of each kind that are told one by one. */
const PLACES_KEPT = 5;
const OTHERS = 'other reasons';

/** What is the matter with one row. */
export interface RowReason {
  /** Without the row's values: equal words, here and in `next`, are one kind. */
  readonly message: string;
  /** What stands there, short enough to print; null when that would say nothing. */
  readonly value: string | null;
  /** What to do about it; null where nothing needs to be done. */
  readonly next: string | null;
}

interface Kind {
  readonly reason: string;
  readonly next: string | null;
  count: number;
  readonly places: { readonly line: number; readonly value: string | null }[];
}

export class Reasons {
  readonly #kinds = new Map<string, Kind>();
  /** That of the reason before: most rows of a file have the same. */
  #last: Kind | null = null;

  add(line: number, { message, value, next }: RowReason): void {
    const last = this.#last;
    if (last?.places.length === PLACES_KEPT && last.reason === message && last.next === next) {
      last.count++;
      return;
    }
    const own = `${message}\n${next}`;
    const told = this.#kinds.has(own) || this.#kinds.size < KINDS_KEPT;
    const key = told ? own : OTHERS;
    const kind: Kind = this.#kinds.get(key) ?? {
      reason: told ? message : OTHERS,
      next: told ? next : null,
      count: 0,
      places: [],
    };
    this.#kinds.set(key, kind);
    if (told) this.#last = kind;
    kind.count++;
    if (kind.places.length === PLACES_KEPT) return;
    kind.places.push({ line, value: told ? value : [message, value].filter((one) => one).join(': ') });
  }

  /** The most frequent kind first. */
  list(): Reason[] {
    return [...this.#kinds.values()].map((kind) => ({ ...kind })).sort((a, b) => b.count - a.count);
  }
}

/** Characters of a value that are shown. */
const SHOWN = 100;
/** Lists within lists that are shown; a file may have any number of them. */
const DEEP = 5;

/** A value of a row as it may stand in a message: as JSON, without control characters, and cut when it is long. `within`: so many lists. */
export function shown(value: unknown, within = 0): string {
  if (typeof value === 'string' && value.length > SHOWN) {
    return `${JSON.stringify(value.slice(0, SHOWN)).slice(0, SHOWN)}… (${value.length.toLocaleString('en-US')} characters)`;
  }
  const text = typeof value === 'string' ? JSON.stringify(value) : shortJson(value, within);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** Never makes the whole text of something large. */
function shortJson(value: unknown, within: number): string {
  if (!Array.isArray(value)) return typeof value === 'object' && value ? keysOf(value) : String(value);
  if (within === DEEP) return '[…]';
  const first = value.slice(0, 8).map((one: unknown) => shown(one, within + 1));
  return `[${first.join(', ')}${value.length > first.length ? ', …' : ''}]`;
}

function keysOf(value: object): string {
  const keys = Object.keys(value);
  return `{${keys
    .slice(0, 12)
    .map((key) => key.slice(0, 40))
    .join(', ')}${keys.length > 12 ? ', …' : ''}}`;
}
