/**
 * Tags by key and button: on the sample at hand, saved like a decision however long that takes, or on all that are chosen in the
 * gallery. Each is a step of undo. Two people's tags stand side by side; the later word on the same one holds.
 */
import { createContext } from 'svelte';
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import type { ProcedureOutput } from '../../src-shared/contract/procedures.ts';
import { KeptMarks } from '../flags/kept-marks.svelte.ts';
import { idsOf, isChosen, type Selection } from '../queue/selection.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { counted } from '../ui/words.ts';
import { givesTag, withTag, type TagStep } from './tag-step.ts';

export class Tagging {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #kept: KeptMarks<string>;
  /** The project's tags, the most used first, as they were asked for last. */
  known = $state.raw<ProcedureOutput<'tags.list'>>([]);
  /** What was given last: one key gives it again. */
  last = $state<string | null>(null);
  /** Those of the list that are meant; null: the sample at hand. */
  several = $state.raw<Selection | null>(null);
  /** Hears of every tag given or taken away here, for undo. */
  onDone: (step: TagStep) => void = () => undefined;

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#kept = new KeptMarks(session, notices, {
      name: 'tag',
      next: 'Open it again and set them anew',
      show: (ids, tag, on) => this.#show(ids, tag, on),
      send: async (sampleIds, tag, on) => {
        const input = { sampleIds: [...sampleIds], tag, on, reviewer: session.reviewer };
        return (await session.client.call('tags.set', input)).changed;
      },
    });
    session.client.on('tags.changed', ({ sampleIds, tag, on }) => {
      this.#kept.hear(sampleIds, tag, on);
    });
  }

  /** Tags that are not saved yet, and why not; null while nothing went wrong. */
  get saving(): KeptMarks<string>['saving'] {
    return this.#kept.saving;
  }

  /** Tries to save what is not saved, now. */
  retry(): void {
    this.#kept.retry();
  }

  /** Another project: tags of the one before cannot be saved any more. */
  useProject(path: string): void {
    if (!this.#kept.useProject(path)) return;
    this.known = [];
    this.last = null;
    this.several = null;
  }

  /** Asks for the tags there are. Without an answer, any can be typed. */
  async load(): Promise<void> {
    const known = await this.#session.client.call('tags.list', {}).catch(() => null);
    if (known) this.known = known;
  }

  /** Gives a tag to what is meant, or takes it away. */
  toggle(tag: string): Promise<void> {
    if (this.several) return this.#toggleAll(tag, this.several);
    this.#toggleOne(tag);
    return Promise.resolve();
  }

  /** The sample at hand: shown at once. */
  #toggleOne(tag: string): void {
    const row = this.#queue.currentRow();
    if (!row || this.#session.refusesWriting()) return;
    const on = givesTag([row], tag);
    if (on) this.last = tag;
    this.#set(row.id, tag, on);
    this.#did(tag, on, [row.id], (to) => {
      // A row that is not here is brought up to date by what the main side answers.
      if (this.#queue.rowOf(row.id)?.tags.includes(tag) === to) return false;
      this.#set(row.id, tag, to);
      return true;
    });
  }

  /** On everything that is chosen; the tag goes only where all that are on screen have it. */
  async #toggleAll(tag: string, selection: Selection): Promise<void> {
    if (this.#session.refusesWriting()) return;
    const on = givesTag(this.chosenRows(selection), tag);
    if (on) this.last = tag;
    try {
      const changed = await this.#kept.send(
        await idsOf(this.#session.client, selection, this.#queue),
        tag,
        on,
      );
      if (changed.length === 0) {
        this.#notices.info(
          on ? `All of them already have the tag “${tag}”` : `None of them has the tag “${tag}”`,
        );
        return;
      }
      let told: Offered | null = null;
      const put = (to: boolean): boolean => {
        told?.withdraw();
        const left = changed.filter((id) => this.#queue.rowOf(id)?.tags.includes(tag) !== to);
        if (left.length > 0)
          this.#kept.send(left, tag, to).catch((thrown: unknown) => this.#notices.error(thrown));
        return left.length > 0;
      };
      this.#did(tag, on, changed, put);
      const samples = counted(changed.length, 'sample');
      const words = on ? `Tagged ${samples}: ${tag}` : `Removed the tag from ${samples}: ${tag}`;
      told = this.#notices.offer(words, { words: 'Undo', run: () => void put(!on) });
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  /** What is here of the chosen samples. */
  chosenRows(selection: Selection): SampleRow[] {
    return this.#queue.loaded().filter(({ id }) => isChosen(selection, id));
  }

  #did(tag: string, on: boolean, sampleIds: readonly number[], put: TagStep['put']): void {
    this.onDone({ kind: 'tags', tag, on, sampleIds, put });
  }

  #set(sampleId: number, tag: string, on: boolean): void {
    this.#kept.set({ sampleId, flag: tag, on });
  }

  #show(ids: readonly number[], tag: string, on: boolean): void {
    const change = ({ tags }: SampleRow) => ({ tags: withTag(tags, tag, on) });
    this.#queue.mark(ids, change, on && this.#queue.filter.tags.includes(tag));
  }
}

export const [getTagging, setTagging] = createContext<Tagging>();
