/** The frozen versions of the project, the one that is looked at, and what it does not have in common with another one. */
import { createContext } from 'svelte';
import type { DatasetVersion, ToldDiff } from '../../src-shared/contract/datasets.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Frozen {
  readonly #session: Session;
  /** The newest first; null before the first answer. */
  versions = $state.raw<readonly DatasetVersion[] | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** Null while it is asked for, and where there is nothing to compare with. */
  diff = $state.raw<ToldDiff | null>(null);
  diffProblem = $state.raw<FoveaError | null>(null);
  #chosenName = $state<string | null>(null);
  #otherName = $state<string | null>(null);
  #path: string | undefined;
  #asked = 0;
  #diffAsked = 0;

  readonly chosen = $derived(
    this.versions?.find(({ name }) => name === this.#chosenName) ?? this.versions?.[0] ?? null,
  );
  /** Those that the chosen one can be compared with. */
  readonly others = $derived((this.versions ?? []).filter(({ id }) => id !== this.chosen?.id));
  /** What it is compared with: the one frozen before it, unless somebody chose another. */
  readonly other = $derived(
    this.others.find(({ name }) => name === this.#otherName) ??
      this.others.find(({ id }) => id < (this.chosen?.id ?? 0)) ??
      this.others[0] ??
      null,
  );

  /** Whether the page is looked at: only then it is kept as things are. */
  isShown: () => boolean = () => false;

  constructor(session: Session) {
    this.#session = session;
    const { client } = session;
    client.on('datasets.changed', () => {
      if (this.isShown()) void this.load();
    });
    client.onConnection((open) => {
      if (open && this.isShown()) void this.load();
    });
  }

  /** Shows the versions of the project at `path`. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#asked++;
      [this.versions, this.problem, this.diff, this.diffProblem] = [null, null, null, null];
      [this.#chosenName, this.#otherName, this.#path] = [null, null, path];
    }
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const versions = await this.#session.client.call('datasets.list', {});
      if (asked !== this.#asked) return;
      [this.versions, this.problem] = [versions, null];
      await this.compare();
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  choose(name: string): void {
    this.#chosenName = name;
    void this.compare();
  }

  compareWith(name: string): void {
    this.#otherName = name;
    void this.compare();
  }

  /** From the other one to the chosen one. */
  async compare(): Promise<void> {
    const asked = ++this.#diffAsked;
    [this.diff, this.diffProblem] = [null, null];
    const [before, after] = [this.other?.name, this.chosen?.name];
    if (before === undefined || after === undefined) return;
    try {
      const diff = await this.#session.client.call('datasets.diff', { before, after });
      if (asked === this.#diffAsked) this.diff = diff;
    } catch (thrown) {
      if (asked === this.#diffAsked) this.diffProblem = FoveaError.from(thrown);
    }
  }
}

export const [getFrozen, setFrozen] = createContext<Frozen>();
