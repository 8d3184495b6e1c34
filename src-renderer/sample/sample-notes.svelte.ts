/**
 * Notes on samples, which are no part of any decision: the reviewer's own, saved while it is typed, and those of
 * others. What is typed belongs to the sample it was typed for, wherever the person is by the time it is saved.
 */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Note } from '../../src-shared/contract/procedures.ts';
import { NoteKeeper } from './note-keeper.ts';
import { unsavedOnRemoved } from '../deciding/removed.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { keepUnsavedNotes, readUnsavedNotes } from './unsaved-notes.dom.ts';

export class SampleNotes {
  readonly #session: Session;
  readonly #notices: Notices;
  #keeper: NoteKeeper;
  #project = '';
  /** The sample whose notes are shown. */
  shownId = $state<number | null>(null);
  /** Its notes are asked for: what is typed meanwhile becomes a note of its own. */
  loading = $state(false);
  /** All of its notes, oldest first. */
  #list = $state.raw<readonly Note[]>([]);
  /** Grows with everything the keeper does; reading from it depends on it. */
  #version = $state(0);

  /** Notes besides the one in the field. */
  readonly others = $derived.by(() => {
    void this.#version;
    const { id } = this.#keeper.known(this.shownId ?? 0);
    return this.#list.filter((note) => note.id !== id);
  });

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    this.#keeper = this.#open();
    session.client.on('notes.changed', ({ sampleId, ...change }) => {
      queue.setNotes(sampleId, change);
      if (sampleId === this.shownId) void this.#load(sampleId);
    });
    session.client.onConnection((open) => {
      if (!open) return;
      this.#keeper.flush();
      // Asked for in vain, or changed by somebody meanwhile.
      if (this.shownId !== null) void this.#load(this.shownId);
    });
  }

  /** What stands in the field. */
  get text(): string {
    void this.#version;
    return this.shownId === null ? '' : this.#keeper.text(this.shownId);
  }

  get state(): { readonly saved: boolean; readonly error: FoveaError | null } {
    void this.#version;
    const id = this.shownId ?? 0;
    return { saved: this.#keeper.isSaved(id), error: this.#keeper.error(id) };
  }

  /** How many samples have words that are not saved. */
  get waiting(): number {
    void this.#version;
    return this.#keeper.waiting;
  }

  /** Another project: what was not saved in it before is saved now. */
  useProject(path: string): void {
    if (path === this.#project) return;
    this.#keeper.stop();
    this.#project = path;
    this.#keeper = this.#open();
    this.#keeper.restore(readUnsavedNotes(path));
    this.shownId = null;
  }

  /** @param has whether the list says that the sample has notes; without any there is nothing to ask for */
  show(id: number | null, has: boolean): void {
    if (id === this.shownId) return;
    this.#keeper.flush();
    this.shownId = id;
    this.#list = [];
    this.loading = id !== null && has;
    if (id === null) return;
    if (has) void this.#load(id);
    else this.#keeper.learn(id, { id: null, text: '' }, this.#keeper.asking(id));
  }

  type(text: string): void {
    if (this.shownId !== null) this.#keeper.type(this.shownId, text);
  }

  flush(): void {
    this.#keeper.flush();
  }

  async remove(note: Note): Promise<void> {
    const { client } = this.#session;
    try {
      await client.call('notes.remove', { id: note.id });
    } catch (thrown) {
      this.#notices.error(thrown);
      return;
    }
    const { sampleId, text, reviewer } = note;
    const back = (): void => {
      client
        .call('notes.add', { sampleId, text, reviewer })
        .catch((thrown: unknown) => this.#notices.error(thrown));
    };
    this.#notices.offer('Deleted the note', { words: 'Undo', run: back });
  }

  async #load(id: number): Promise<void> {
    const keeper = this.#keeper;
    const asked = keeper.asking(id);
    try {
      const list = await this.#session.client.call('notes.list', { sampleId: id });
      if (keeper !== this.#keeper || id !== this.shownId) return;
      this.#list = list;
      const own = list.findLast(({ reviewer }) => reviewer === this.#session.reviewer);
      keeper.learn(id, own ?? { id: null, text: '' }, asked);
    } catch (thrown) {
      // Without a connection the banner says so, and it is asked again by itself.
      if (this.#session.connected) this.#notices.error(thrown);
    } finally {
      if (id === this.shownId) this.loading = false;
    }
  }

  #open(): NoteKeeper {
    const project = this.#project;
    return new NoteKeeper({
      write: (draft) =>
        this.#session.client.call('notes.write', { ...draft, reviewer: this.#session.reviewer }),
      asError: (thrown) => FoveaError.from(thrown),
      onRemoved: (sampleId, text) => {
        if (text.trim() !== '') this.#notices.error(unsavedOnRemoved(sampleId, `“${text.trim()}”`));
      },
      later,
      keep: (unsaved) => keepUnsavedNotes(project, unsaved),
      onChange: () => void this.#version++,
    });
  }
}

export const [getSampleNotes, setSampleNotes] = createContext<SampleNotes>();
