/** What the project takes on the disk: counted when somebody asks, for that looks at every file. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Cleanable, Space as Counted } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Space {
  readonly #session: Session;
  /** Of the project at `#of`. */
  #counted = $state.raw<{ readonly space: Counted; readonly of: string } | null>(null);
  /** Bytes that the last cleaning freed; null: none was made. */
  freed = $state<number | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  busy = $state<'counting' | 'cleaning' | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  readonly space = $derived.by(() =>
    this.#counted?.of === this.#session.project?.path ? (this.#counted?.space ?? null) : null,
  );

  count(): Promise<void> {
    return this.#ask('counting', async () => {
      this.freed = null;
      return this.#session.client.call('storage.measure', {});
    });
  }

  clean(part: Cleanable): Promise<void> {
    return this.#ask('cleaning', async () => {
      const { freed, space } = await this.#session.client.call('storage.clean', { parts: [part] });
      this.freed = freed;
      return space;
    });
  }

  async #ask(what: 'counting' | 'cleaning', ask: () => Promise<Counted>): Promise<void> {
    const of = this.#session.project?.path;
    if (this.busy !== null || of === undefined) return;
    this.busy = what;
    this.problem = null;
    try {
      this.#counted = { space: await ask(), of };
    } catch (thrown) {
      this.problem = FoveaError.from(thrown);
    }
    this.busy = null;
  }
}

export const [getSpace, setSpace] = createContext<Space>();
