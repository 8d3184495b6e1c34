/**
 * Keeps what a person types about samples until the main side has it: saves after a pause, one call per sample at a
 * time, tries again for as long as it takes, and hands out what is not saved so that a reload can go on with it.
 */
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import { retryWait } from '../shell/retry.ts';

/** A note as the main side has it; `id` null: there is none. */
export interface KnownNote {
  readonly id: number | null;
  readonly text: string;
}

/** Words that are not saved, and the note they are to replace. */
export interface UnsavedNote {
  readonly sampleId: number;
  readonly id: number | null;
  readonly was: string;
  readonly text: string;
}

export interface NoteDoor {
  /** Gives the note that holds the text now, null when it was removed. Rejects with what {@link asError} knows. */
  write(draft: UnsavedNote): Promise<{ readonly id: number; readonly text: string } | null>;
  asError(thrown: unknown): FoveaError;
  /** The sample was removed from the project: these words never will be saved. */
  onRemoved(sampleId: number, text: string): void;
  /** Runs `task` later; gives a function that calls it off. */
  later(task: () => void, ms: number): () => void;
  /** Everything that is not saved now. */
  keep(unsaved: readonly UnsavedNote[]): void;
  onChange(): void;
}

interface Entry {
  known: KnownNote;
  text: string;
  sending: boolean;
  attempts: number;
  /** Grows with every call: an answer about the time before it is out of date. */
  calls: number;
  error: FoveaError | null;
  cancel: (() => void) | null;
}

/** After the last key. */
const PAUSE_MS = 600;
const NONE: KnownNote = { id: null, text: '' };

export class NoteKeeper {
  readonly #door: NoteDoor;
  readonly #entries = new Map<number, Entry>();

  constructor(door: NoteDoor) {
    this.#door = door;
  }

  /** What stands in the field of a sample. */
  text(sampleId: number): string {
    return this.#entries.get(sampleId)?.text ?? '';
  }

  /** The note that the field is about, as far as it is saved. */
  known(sampleId: number): KnownNote {
    return this.#entries.get(sampleId)?.known ?? NONE;
  }

  /** How many samples have words that are not saved. */
  get waiting(): number {
    return this.#unsaved().length;
  }

  /** Why the words of a sample are not saved yet; null while nothing went wrong. */
  error(sampleId: number): FoveaError | null {
    return this.#entries.get(sampleId)?.error ?? null;
  }

  isSaved(sampleId: number): boolean {
    const entry = this.#entries.get(sampleId);
    return !entry || !isDirty(entry);
  }

  /** For {@link learn}: what is asked now is older than any call that begins after it. */
  asking(sampleId: number): number {
    return this.#entries.get(sampleId)?.calls ?? 0;
  }

  /** The note that the main side has; words that are being typed stay, and so does what a later call said. */
  learn(sampleId: number, known: KnownNote, asked: number): void {
    const entry = this.#entries.get(sampleId);
    if (entry && (isDirty(entry) || entry.sending || entry.calls !== asked)) return;
    for (const [id, other] of this.#entries) {
      if (id !== sampleId && !isDirty(other) && !other.sending) this.#entries.delete(id);
    }
    const calls = entry?.calls ?? 0;
    this.#entries.set(sampleId, { ...fresh(known), calls });
    this.#door.onChange();
  }

  /** Every key of the field comes here. */
  type(sampleId: number, text: string): void {
    const entry = this.#entry(sampleId);
    entry.text = text;
    this.#plan(sampleId, entry, PAUSE_MS);
    this.#changed();
  }

  /** Saves everything now: the field was left, the page is about to go, the connection is back. */
  flush(): void {
    for (const [sampleId, entry] of this.#entries) this.#send(sampleId, entry);
  }

  /** Goes on with what an earlier page could not save. */
  restore(unsaved: readonly UnsavedNote[]): void {
    for (const { sampleId, id, was, text } of unsaved) {
      this.#entries.set(sampleId, { ...fresh({ id, text: was }), text });
    }
    this.flush();
    this.#changed();
  }

  /** Sends nothing any more; what was kept stays kept. */
  stop(): void {
    for (const entry of this.#entries.values()) entry.cancel?.();
    this.#entries.clear();
  }

  #entry(sampleId: number): Entry {
    let entry = this.#entries.get(sampleId);
    if (!entry) this.#entries.set(sampleId, (entry = fresh(NONE)));
    return entry;
  }

  #plan(sampleId: number, entry: Entry, ms: number): void {
    entry.cancel?.();
    entry.cancel = this.#door.later(() => this.#send(sampleId, entry), ms);
  }

  #send(sampleId: number, entry: Entry): void {
    if (entry.sending || !isDirty(entry)) return;
    entry.cancel?.();
    entry.cancel = null;
    entry.sending = true;
    entry.calls++;
    const { known, text } = entry;
    const isHere = (): boolean => this.#entries.get(sampleId) === entry;
    this.#door.write({ sampleId, id: known.id, was: known.text, text }).then(
      (note) => {
        entry.sending = false;
        if (!isHere()) return;
        entry.known = note ?? NONE;
        entry.attempts = 0;
        entry.error = null;
        if (isDirty(entry)) this.#plan(sampleId, entry, PAUSE_MS);
        this.#changed();
      },
      (thrown: unknown) => {
        entry.sending = false;
        if (!isHere()) return;
        const error = this.#door.asError(thrown);
        if (error.code === 'not_found') {
          this.#entries.delete(sampleId);
          this.#changed();
          return this.#door.onRemoved(sampleId, entry.text);
        }
        entry.error = error;
        this.#plan(sampleId, entry, retryWait(entry.attempts++));
        this.#changed();
      },
    );
  }

  #unsaved(): UnsavedNote[] {
    return [...this.#entries]
      .filter(([, entry]) => isDirty(entry))
      .map(([sampleId, { known, text }]) => ({ sampleId, id: known.id, was: known.text, text }));
  }

  #changed(): void {
    this.#door.keep(this.#unsaved());
    this.#door.onChange();
  }
}

function fresh(known: KnownNote): Entry {
  return { known, text: known.text, sending: false, attempts: 0, calls: 0, error: null, cancel: null };
}

/** Space around the words is not kept, and no reason to save. */
function isDirty({ known, text }: Entry): boolean {
  return text.trim() !== known.text;
}
