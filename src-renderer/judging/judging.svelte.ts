/**
 * Verdicts on answers: shown at once, saved like a decision however long that takes. A verdict is on the text that is on screen,
 * never on what took its place meanwhile.
 */
import { createContext } from 'svelte';
import type { AnswerVerdict, ScoredAnswers } from '../../src-shared/contract/scoring/answers.ts';
import { KeptMarks } from '../flags/kept-marks.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { markOf, ofMark, rejudged, saidNow, type Which } from './judged.ts';

export class Judging {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #kept: KeptMarks<string>;
  #asked = 0;
  /** Of the sample that was asked about last; null while nothing is here. */
  shown = $state.raw<{ readonly sampleId: number; readonly answers: ScoredAnswers | null } | null>(null);

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#kept = new KeptMarks(session, notices, {
      name: 'verdict on an answer',
      next: 'Open it again and judge them anew',
      show: (ids, mark, on) => {
        for (const id of ids) this.#show(id, mark, on);
      },
      send: async (sampleIds, mark, on) => {
        const { verdict, answer } = ofMark(mark);
        const { reviewer } = session;
        for (const sampleId of sampleIds) {
          const input = { sampleId, answer, verdict: on ? verdict : null, reviewer };
          this.#mark(sampleId, await session.client.call('answers.judge', input));
        }
        return [...sampleIds];
      },
    });
    session.client.on('outcomes.changed', ({ sampleId, ...now }) => {
      if (this.#kept.saving.waiting > 0) return;
      this.#mark(sampleId, now);
      if (this.shown?.sampleId === sampleId) void this.load(sampleId);
    });
  }

  /** Verdicts that are not saved yet, and why not; null while nothing went wrong. */
  get saving(): KeptMarks<string>['saving'] {
    return this.#kept.saving;
  }

  /** Tries to save what is not saved, now. */
  retry(): void {
    this.#kept.retry();
  }

  /** Another project: verdicts of the one before cannot be saved any more. */
  useProject(path: string): void {
    if (this.#kept.useProject(path)) this.shown = null;
  }

  /** Asks how a sample's answers count now; what is known of it stays until the answer is there. */
  async load(sampleId: number): Promise<ScoredAnswers | null> {
    const asked = ++this.#asked;
    if (this.shown?.sampleId !== sampleId) this.shown = null;
    const answers = await this.#session.client.call('samples.answers', { id: sampleId });
    // What a person says meanwhile is newer than the answer.
    if (asked === this.#asked && this.#kept.saving.waiting === 0) this.shown = { sampleId, answers };
    return answers;
  }

  /** Calls an answer of the sample at hand right or wrong; said twice, it is taken back. */
  async judge(which: Which, verdict: AnswerVerdict): Promise<void> {
    const sampleId = this.#queue.currentId;
    if (sampleId === null || this.#session.refusesWriting()) return;
    try {
      const answers = this.shown?.sampleId === sampleId ? this.shown.answers : await this.load(sampleId);
      if (this.#queue.currentId !== sampleId) return;
      const answer = answers?.[which];
      if (!answer) {
        this.#notices.info(answers ? 'No crop was looked at' : 'There is no answer to judge yet');
        return;
      }
      if (which === 'first' && answers.given) {
        this.#notices.info('This answer came with the data', 'Only what the model says by itself is judged');
        return;
      }
      const on = answer.judged?.verdict !== verdict;
      this.#kept.set({ sampleId, flag: markOf(verdict, answer.text), on });
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  #show(sampleId: number, mark: string, on: boolean): void {
    const { shown } = this;
    if (shown?.sampleId !== sampleId || !shown.answers) return;
    const { verdict, answer } = ofMark(mark);
    const judged = on ? saidNow(verdict, this.#session.reviewer) : null;
    const answers = rejudged(shown.answers, answer, judged);
    this.shown = { sampleId, answers };
    const { outcome, localised } = answers;
    this.#mark(sampleId, { outcome, localised });
  }

  #mark(sampleId: number, now: Pick<ScoredAnswers, 'outcome' | 'localised'>): void {
    const { filter } = this.#queue;
    const joins = filter.outcomes.length > 0 || filter.localised !== 'any';
    this.#queue.mark([sampleId], () => now, joins);
  }
}

export const [getJudging, setJudging] = createContext<Judging>();
