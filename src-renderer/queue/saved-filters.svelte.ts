/** Filters under a name, kept in the project: list, apply, save, rename, replace, delete. Each step has a way back. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { SavedFilter } from '../../src-shared/contract/procedures.ts';
import { sameView, type SampleView } from './filter-match.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class SavedFilters {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  /** Notices that offer a filter back, by its name, and what it would go over. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #offered = new Map<string, { readonly told: Offered; readonly over: string }>();
  /** By name. */
  list = $state.raw<readonly SavedFilter[]>([]);
  /** The one that the dialog gives another name; null: it saves the filter that is shown. */
  renaming = $state.raw<SavedFilter | null>(null);
  /** Opens the dialog that asks for a name. */
  onask: () => void = () => undefined;
  /** What the dialog could not do. */
  error = $state.raw<FoveaError | null>(null);

  /** The saved filter that is shown, if one is. */
  readonly current = $derived.by<SavedFilter | null>(
    () => this.list.find((saved) => sameView(saved, this.#queue)) ?? null,
  );

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    session.client.on('filters.changed', () => void this.load());
  }

  /** Asks for all of them: another project, or another window changed them. */
  async load(): Promise<void> {
    try {
      this.list = await this.#session.client.call('filters.list', {});
      this.#withdraw();
    } catch {
      // The connection banner says so; the list is asked for again when it is back.
    }
  }

  apply({ filter, sort }: SampleView): void {
    void this.#queue.setView(filter, sort);
  }

  /** Saves the filter that is shown; one of that name is replaced. @returns whether it is saved */
  async save(name: string): Promise<boolean> {
    const { filter, sort } = this.#queue;
    const before = this.named(name);
    const saved = await this.#try(() => this.#save(name, { filter, sort }));
    if (saved && before) this.#offerBack(`Replaced the filter “${before.name}”`, before);
    else if (saved) this.#notices.info(`Saved the filter “${name.trim()}”`);
    return saved;
  }

  /** @returns whether it has the name now */
  rename(saved: SavedFilter, name: string): Promise<boolean> {
    return this.#try(async () => {
      await this.#session.client.call('filters.rename', { id: saved.id, name });
      await this.load();
    });
  }

  /** Makes it mean the filter that is shown. */
  async replace(saved: SavedFilter): Promise<void> {
    if (!(await this.save(saved.name))) this.#notices.error(this.error);
  }

  async remove(saved: SavedFilter): Promise<void> {
    try {
      await this.#session.client.call('filters.remove', { id: saved.id });
      await this.load();
      this.#offerBack(`Deleted the filter “${saved.name}”`, saved);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  /** The one that has a name. */
  named(name: string): SavedFilter | null {
    return this.list.find((saved) => saved.name === name.trim()) ?? null;
  }

  /** Asks for another name for `saved`; without one, for a name to keep the filter that is shown under. */
  askName(saved: SavedFilter | null = null): void {
    if (!saved && !this.#queue.filtered) {
      this.#notices.info('No filter to save', 'Filter the list first, then save the filter');
      return;
    }
    this.renaming = saved;
    this.onask();
  }

  /** Forgets what the dialog said last time. */
  begin(): void {
    this.error = null;
  }

  /** What has the name is another one by now: the way back would lead over it. */
  #withdraw(): void {
    for (const [name, { told, over }] of this.#offered) {
      if (this.#meaning(name) === over) continue;
      told.withdraw();
      this.#offered.delete(name);
    }
  }

  /** What a name stands for, to be compared. */
  #meaning(name: string): string {
    return JSON.stringify(this.named(name));
  }

  async #save(name: string, { filter, sort }: SampleView): Promise<void> {
    await this.#session.client.call('filters.save', { name, filter, sort });
    await this.load();
  }

  #offerBack(words: string, before: SavedFilter): void {
    const back = (): void => {
      this.#save(before.name, before).catch((thrown: unknown) => this.#notices.error(thrown));
    };
    const told = this.#notices.offer(words, { words: 'Undo', run: back });
    this.#offered.set(before.name, { told, over: this.#meaning(before.name) });
  }

  async #try(step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      this.error = null;
      return true;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return false;
    }
  }
}

export const [getSavedFilters, setSavedFilters] = createContext<SavedFilters>();
