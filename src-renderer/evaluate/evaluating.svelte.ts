/** The evaluations of the project, the one that is looked at, and what a new one would measure. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { sliceWords, METHOD_WORDS } from '../../src-shared/contract/words/evaluation.ts';
import type {
  Evaluation,
  EvaluationCell,
  EvaluationTable,
  Method,
  SweepPoint,
} from '../../src-shared/contract/evaluation.ts';
import { type EvaluationPlan, NO_FILTER, type SampleFilter } from '../../src-shared/contract/procedures.ts';
import type { ShowSamples } from '../queue/show-samples.svelte.ts';
import { saveAs } from '../shell/files.dom.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { isLive } from './evaluate.ts';

/** Between two looks at numbers that are still being measured. */
const PAUSE_MS = 1500;

export class Evaluating {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly #show: ShowSamples;
  /** The newest first; null before the first answer. */
  list = $state.raw<readonly Evaluation[] | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  table = $state.raw<{
    readonly evaluation: Evaluation;
    readonly table: EvaluationTable;
    readonly sweep: readonly SweepPoint[];
  } | null>(null);
  tableProblem = $state.raw<FoveaError | null>(null);
  /** What a new one would measure; null while it is asked for, and where nothing can be. */
  plan = $state.raw<EvaluationPlan | null>(null);
  /** Why nothing can be measured. */
  planProblem = $state.raw<FoveaError | null>(null);
  starting = $state(false);
  /** Methods that a person chose; null: the usual ones. */
  #methods = $state.raw<readonly Method[] | null>(null);
  #filter = $state.raw<SampleFilter>(NO_FILTER);
  limit = $state<number | null>(null);
  #chosenId = $state<number | null>(null);
  #path: string | undefined;
  #asked = 0;
  #planned = 0;
  #callOff: (() => void) | null = null;

  readonly chosen = $derived(this.list?.find(({ id }) => id === this.#chosenId) ?? this.list?.[0] ?? null);
  readonly methods = $derived(
    (this.plan?.methods ?? [])
      .filter(({ method, why, usual }) => why === null && (this.#methods?.includes(method) ?? usual))
      .map(({ method }) => method),
  );

  /** Whether the page is looked at: only then it is kept as things are. */
  isShown: () => boolean = () => false;

  constructor(session: Session, notices: Notices, show: ShowSamples) {
    this.#session = session;
    this.#notices = notices;
    this.#show = show;
    const { client } = session;
    client.on('job.changed', ({ type }) => type === 'evaluate' && this.#soon());
    client.onConnection((open) => {
      if (open && this.isShown()) void this.load();
    });
  }

  /** Shows the evaluations of the project at `path`. */
  watch(path: string | undefined): void {
    if (path !== this.#path) {
      this.#asked++;
      [this.list, this.problem, this.table, this.tableProblem] = [null, null, null, null];
      [this.plan, this.planProblem, this.#chosenId, this.#path] = [null, null, null, path];
      this.#methods = null;
    }
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const list = await this.#session.client.call('evaluations.list', {});
      if (asked !== this.#asked) return;
      [this.list, this.problem] = [list, null];
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
      return;
    }
    const id = this.chosen?.id;
    if (id === undefined) {
      this.table = null;
      return;
    }
    try {
      const table = await this.#session.client.call('evaluations.table', { id });
      if (asked === this.#asked) [this.table, this.tableProblem] = [table, null];
    } catch (thrown) {
      if (asked === this.#asked) [this.table, this.tableProblem] = [null, FoveaError.from(thrown)];
    }
  }

  choose(id: number): void {
    if (id !== this.chosen?.id) this.table = null;
    this.#chosenId = id;
    void this.load();
  }

  /** Which samples a new one would measure. */
  async ask(filter: SampleFilter, limit: number | null): Promise<void> {
    const planned = ++this.#planned;
    [this.#filter, this.limit] = [filter, limit];
    if (!this.#session.may('evaluations.plan')) return;
    try {
      const { plan, problem } = await this.#session.client.call('evaluations.plan', { filter, limit });
      if (planned !== this.#planned) return;
      [this.plan, this.planProblem] = [plan, problem && FoveaError.fromWire(problem)];
    } catch (thrown) {
      if (planned === this.#planned) [this.plan, this.planProblem] = [null, FoveaError.from(thrown)];
    }
  }

  switch(method: Method): void {
    const { methods } = this;
    this.#methods = methods.includes(method) ? methods.filter((one) => one !== method) : [...methods, method];
  }

  /** @param budgets of visual tokens, an evaluation for each; null: what the checkpoint says */
  async start(budgets: readonly (number | null)[] = [null]): Promise<void> {
    this.starting = true;
    try {
      const methods: Method[] = this.methods.length > 0 ? [...this.methods] : ['alone'];
      const wish = { methods, filter: this.#filter, limit: this.limit };
      let queued = 0;
      for (const tokens of budgets) {
        const { id, job } = await this.#session.client.call('evaluations.start', { ...wish, tokens });
        if (job !== null) queued++;
        this.#chosenId = id;
      }
      if (queued === 0) this.#notices.info('This is measured already', 'Its numbers are shown');
      await this.load();
    } catch (thrown) {
      this.#notices.error(thrown);
    } finally {
      this.starting = false;
    }
  }

  /** Shows the samples behind a cell of the table. */
  async open(cell: EvaluationCell): Promise<void> {
    const id = this.chosen?.id;
    if (id === undefined) return;
    try {
      const { ids, total } = await this.#session.client.call('evaluations.samples', { id, ...cell });
      if (ids.length === 0) this.#notices.info('There is no such sample any more');
      else this.#show({ ids }, { sort: { by: 'listed', descending: false } });
      if (total > ids.length) this.#notices.info(`The first ${ids.length.toLocaleString('en-US')} are shown`);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  /** Hands the report over as a file. */
  async report(): Promise<void> {
    const id = this.chosen?.id;
    if (id === undefined) return;
    try {
      const { name, html } = await this.#session.client.call('evaluations.report', { id });
      saveAs(name, new Blob([html], { type: 'text/html' }));
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  async remove(id: number): Promise<void> {
    try {
      await this.#session.client.call('evaluations.remove', { id });
      await this.load();
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  #soon(): void {
    if (!this.isShown()) return;
    this.#callOff?.();
    this.#callOff = later(() => void this.load(), this.chosen && isLive(this.chosen) ? PAUSE_MS : 0);
  }
}

/** What a cell is, for who cannot see where it stands: `Fixed by RPN, language French`. */
export function cellWords({ method, which, slice }: EvaluationCell): string {
  const what = {
    asked: 'Asked by',
    right: 'Right by',
    wrong: 'Wrong by',
    fixed: 'Fixed by',
    broken: 'Broken by',
    failed: 'Failed by',
  };
  return `${what[which]} ${METHOD_WORDS[method].name}${slice ? `, ${sliceWords(slice.value)}` : ''}`;
}

export const [getEvaluating, setEvaluating] = createContext<Evaluating>();
