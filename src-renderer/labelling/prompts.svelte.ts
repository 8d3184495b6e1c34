/** Which runs were made with another prompt than their model is asked with today; labelling such samples anew. */
import { createContext } from 'svelte';
import type { RunPrompts } from '../../src-shared/contract/prompts.ts';
import { toMakeAnew } from './prompts.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Prompts {
  readonly #session: Session;
  runs = $state.raw<RunPrompts>([]);
  /** The run that somebody does not want to hear of any more in this window. */
  #hiddenRunId = $state<number | null>(null);
  #asked = 0;
  /** What was true when `runs` were asked for: a job that ended since may have made anew what they still name. */
  #askedFor = $state('');

  readonly anew = $derived.by(() => {
    if (this.#askedFor !== this.key) return null;
    const found = toMakeAnew(this.runs, this.#session.project?.activeRunId ?? null);
    return found?.runId === this.#hiddenRunId ? null : found;
  });

  constructor(session: Session) {
    this.#session = session;
  }

  /** Changes when prompts have to be asked for again: another project or run, or a job that ended. */
  get key(): string {
    const { project, jobs } = this.#session;
    const ended = jobs.filter(({ state }) => state !== 'queued' && state !== 'running').length;
    return [project?.path, project?.activeRunId, project?.runs.length, ended].join('\n');
  }

  /** What cannot be had is said by nobody: samples are only not marked. */
  async load(): Promise<void> {
    const turn = ++this.#asked;
    const { key } = this;
    const runs = await this.#session.client.call('project.prompts', {}).catch(() => []);
    if (turn !== this.#asked) return;
    this.runs = runs;
    this.#askedFor = key;
  }

  hide(): void {
    this.#hiddenRunId = this.anew?.runId ?? null;
  }
}

export const [getPrompts, setPrompts] = createContext<Prompts>();
