/** Who shares the project: people, rounds, and how far those who reviewed the same samples agree. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type {
  Agreement,
  Deal,
  Invited,
  OwnDeal,
  ProcedureInput,
  ProcedureOutput,
} from '../../src-shared/contract/procedures.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** Decisions of several people come one after the other. */
const PAUSE_MS = 1000;

export class People {
  readonly #session: Session;
  readonly #notices: Notices;
  /** Those invited; null before the first answer, and for who may not know. */
  invited = $state.raw<readonly Invited[] | null>(null);
  /** The newest first; null before the first answer, and while they are closed. */
  rounds = $state.raw<readonly Deal[] | null>(null);
  /** Those in which something was dealt to whoever sits here. */
  mine = $state.raw<readonly OwnDeal[]>([]);
  /** Of the chosen round; null while it is asked for. */
  agreement = $state.raw<Agreement | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** Why rounds are closed to this person now. */
  closed = $state.raw<FoveaError | null>(null);
  loaded = $state(false);
  busy = $state(false);
  /** The person and the round that a dialog asks about. */
  asked = $state.raw<{ readonly person: string | null; readonly round: Deal | null }>({
    person: null,
    round: null,
  });
  #chosenId = $state<number | null>(null);
  #path: string | undefined;
  #asking = 0;
  #due = false;

  readonly chosen = $derived(
    this.rounds?.find(({ id }) => id === this.#chosenId) ?? this.rounds?.[0] ?? null,
  );

  /** Whether the page is looked at: only then it is kept as things are. */
  isShown: () => boolean = () => false;
  /** Hears that rounds were asked for anew. */
  onLoaded: () => void = () => undefined;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    const { client } = session;
    for (const event of ['deals.changed', 'people.changed', 'sample.changed', 'samples.changed'] as const)
      client.on(event, () => this.#soon());
    client.onConnection((open) => {
      if (open) this.#soon();
    });
  }

  /** Shows the people of the project at `path`. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#asking++;
      [this.invited, this.rounds, this.agreement] = [null, null, null];
      [this.mine, this.problem, this.closed] = [[], null, null];
      [this.loaded, this.#chosenId, this.#path] = [false, null, path];
    }
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asking;
    const { client, reviewer } = this.#session;
    try {
      const [invited, mine, rounds] = await Promise.all([
        this.#session.may('people.list') ? client.call('people.list', {}) : null,
        client.call('deals.mine', { reviewer }),
        client.call('deals.list', {}).catch((thrown: unknown) => {
          const error = FoveaError.from(thrown);
          if (error.code === 'forbidden') return error;
          throw error;
        }),
      ]);
      if (asked !== this.#asking) return;
      this.closed = rounds instanceof FoveaError ? rounds : null;
      this.rounds = rounds instanceof FoveaError ? null : rounds;
      [this.invited, this.mine, this.problem, this.loaded] = [invited, mine, null, true];
      this.onLoaded();
      await this.#loadAgreement(asked);
    } catch (thrown) {
      if (asked === this.#asking) this.problem = FoveaError.from(thrown);
    }
  }

  choose(id: number): void {
    if (id === this.chosen?.id) return;
    this.#chosenId = id;
    this.agreement = null;
    void this.#loadAgreement(this.#asking);
  }

  /** @returns the link, or null where it was refused: the reason is in `problem` of the caller's */
  invite(wish: ProcedureInput<'people.invite'>): Promise<ProcedureOutput<'people.invite'>> {
    return this.#session.client.call('people.invite', wish);
  }

  /** Ends the invitation that was asked about. @returns whether it is over */
  async revoke(name: string): Promise<boolean> {
    return this.#do(() => this.#session.client.call('people.revoke', { name }));
  }

  /** @throws FoveaError why it was not dealt */
  async deal(wish: ProcedureInput<'deals.start'>): Promise<void> {
    const made = await this.#session.client.call('deals.start', wish);
    this.#chosenId = made.id;
    await this.load();
  }

  /** Ends a round. @returns whether it is over */
  async end(id: number): Promise<boolean> {
    return this.#do(() => this.#session.client.call('deals.end', { id }));
  }

  async #do(call: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    try {
      await call();
      await this.load();
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #loadAgreement(asked: number): Promise<void> {
    const deal = this.chosen?.id ?? null;
    if (deal === null) return;
    try {
      const agreement = await this.#session.client.call('agreement.get', { deal });
      if (asked === this.#asking && deal === this.chosen?.id) this.agreement = agreement;
    } catch (thrown) {
      if (asked === this.#asking) this.problem = FoveaError.from(thrown);
    }
  }

  #soon(): void {
    if (this.#due || !this.isShown()) return;
    this.#due = true;
    later(() => {
      this.#due = false;
      void this.load();
    }, PAUSE_MS);
  }
}

export const [getPeople, setPeople] = createContext<People>();
