/** The models Fovea knows and what is being done about them, as the main side last told. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ModelTask, PrecisionWish, Removal } from '../../src-shared/contract/models.ts';
import type { ListedModel, ProcedureOutput } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

type Listing = ProcedureOutput<'models.list'>;

export class Models {
  readonly #session: Session;
  readonly #notices: Notices;
  /** Null until the first answer. */
  listing = $state.raw<Listing | null>(null);
  /** Why there is no list. */
  problem = $state.raw<FoveaError | null>(null);
  tasks = $state.raw<readonly ModelTask[]>([]);
  /** Name of the model that is shown; one that is gone leaves the first. */
  chosenName = $state<string | null>(null);
  #asked = 0;

  readonly chosen = $derived<ListedModel | null>(
    this.listing?.models.find(({ name }) => name === this.chosenName) ?? this.listing?.models[0] ?? null,
  );

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    session.client.on('models.changed', () => {
      // A list that nobody has looked at yet is asked for when somebody does.
      if (this.#asked > 0) void this.load();
    });
    session.client.on('models.task', (task) => this.#taskChanged(task));
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const listing = await this.#session.client.call('models.list', {});
      if (asked !== this.#asked) return;
      this.listing = listing;
      this.tasks = listing.tasks;
      this.problem = null;
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  /** Takes a folder in and shows it. Throws what the main side says of it. */
  async add(path: string): Promise<void> {
    const { name, added } = await this.#session.client.call('models.add', { path });
    await this.load();
    this.chosenName = name;
    if (!added) this.#notices.info(`${name} is already in the list`);
  }

  /** Begins a download, or goes on with it. @returns the task's id. Throws. */
  async download(repo: string, revision: string): Promise<number> {
    const task = await this.#session.client.call('models.download', { repo, revision: revision || 'main' });
    this.#taskChanged(task);
    return task.id;
  }

  /** Goes on with a download from the list. */
  async goOn({ source }: ListedModel): Promise<void> {
    if (source) await this.#orNotice(() => this.download(source.repo, source.revision));
  }

  async check(name: string, precision: PrecisionWish = 'as-stored'): Promise<void> {
    await this.#orNotice(async () => {
      this.#taskChanged(await this.#session.client.call('models.check', { name, precision }));
    });
  }

  async cancel(id: number): Promise<void> {
    await this.#orNotice(() => this.#session.client.call('models.cancel', { id }));
  }

  /** What removing would delete. Throws. */
  removal(name: string): Promise<Removal> {
    return this.#session.client.call('models.removal', { name });
  }

  /** Throws. */
  async remove(name: string): Promise<void> {
    await this.#session.client.call('models.remove', { name });
    await this.load();
  }

  #taskChanged(task: ModelTask): void {
    const known = this.tasks.some(({ id }) => id === task.id);
    this.tasks = known
      ? this.tasks.map((other) => (other.id === task.id ? task : other))
      : [task, ...this.tasks];
  }

  async #orNotice(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }
}

export const [getModels, setModels] = createContext<Models>();
