/**
 * Deciding many samples at once: what would be decided, the audit that has to pass first, the one transaction that decides,
 * and its undoing. What is here follows `batch.changed`, so that another window's batch is seen, too.
 */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  AUDIT_TARGETS,
  type Batch,
  type ProcedureInput,
  type ProcedureOutput,
  type Verdict,
} from '../../src-shared/contract/procedures.ts';
import { appliedWords, nextToLookAt, undoneWords } from './batch.ts';
import { scopeOf } from '../queue/selection.ts';
import type { Choosing } from '../queue/choosing.svelte.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readNumber, store } from '../shell/stored.dom.ts';

type Scope = ProcedureInput<'batches.count'>;
export type Target = (typeof AUDIT_TARGETS)[number];
export type AuditItem = ProcedureOutput<'batches.audit'>[number];

export class Batches {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #choosing: Choosing;
  readonly #notices: Notices;
  /** Verdicts are sent one after the other. */
  #sending: Promise<void> = Promise.resolve();
  /** Decided from this page and not undone: what a press of the key takes back. */
  #last: { readonly id: number; readonly project: string | undefined } | null = null;
  /** The notices that offer to take a batch back, by its number. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #offered = new Map<number, Offered>();

  target = $state<Target>(AUDIT_TARGETS.find((one) => one === readNumber('auditTarget', 0.05)) ?? 0.05);
  scope = $state.raw<Scope | null>(null);
  counts = $state.raw<ProcedureOutput<'batches.count'> | null>(null);
  /** All but dismissed ones, newest first; null until they were asked for. */
  list = $state.raw<readonly Batch[] | null>(null);
  /** The one being audited on this page. */
  batch = $state.raw<Batch | null>(null);
  items = $state.raw<readonly AuditItem[]>([]);
  at = $state(0);
  /** A person wants to look at what the audit came to, or at its samples again. */
  looking = $state(true);
  /** Why the batch is rejected; empty: nobody says. */
  reason = $state('');
  /** What is being decided or undone from here, and how far it is. */
  working = $state.raw<{ readonly id: number; readonly done: number; readonly total: number } | null>(null);
  /** What another window decides or undoes, and how far it is. */
  elsewhere = $state.raw<{ readonly id: number; readonly done: number; readonly total: number } | null>(null);
  error = $state.raw<FoveaError | null>(null);
  /** Called when a batch was decided or undone from this page. */
  onDone: () => void = () => undefined;
  /** Called when a batch was decided from this page. */
  onApplied: (id: number) => void = () => undefined;
  /** Called when a batch was taken back, from wherever. */
  onUndone: (id: number) => void = () => undefined;

  constructor(session: Session, queue: Queue, choosing: Choosing, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#choosing = choosing;
    this.#notices = notices;
    session.client.on('batch.changed', (batch) => this.#heard(batch));
    session.client.on('batch.progress', (step) => {
      if (this.working?.id === step.id) this.working = step;
      else this.elsewhere = step;
    });
    session.client.onConnection(() => (this.elsewhere = null));
  }

  /** The audit under way, anybody's; null when there is none. */
  readonly open = $derived(this.list?.find(({ state }) => state === 'auditing') ?? null);

  /** Asks what deciding the chosen samples would mean. @returns false when none is chosen */
  ask(decision: Batch['decision']): boolean {
    if (this.#session.refusesWriting()) return false;
    if (this.#choosing.chosen === 0) {
      this.#notices.info('No samples are selected', 'Select samples by a click, Shift or Ctrl+A');
      return false;
    }
    this.scope = { decision, ...scopeOf(this.#choosing.selection, this.#queue.filter) };
    this.#reset();
    this.counts = null;
    void this.#count(this.scope);
    return true;
  }

  setTarget(target: Target): void {
    this.target = target;
    store('auditTarget', target);
  }

  async load(): Promise<void> {
    this.error = null;
    await this.#attempt(async () => {
      this.list = await this.#session.client.call('batches.list', {});
    });
  }

  /** Draws what to look at; an audit under way ends. */
  async start(): Promise<void> {
    const { scope, target } = this;
    if (!scope) return;
    await this.#attempt(async () => {
      const wish = { ...scope, target, reviewer: this.#session.reviewer };
      const { batch } = await this.#session.client.call('batches.start', wish);
      await this.resume(batch);
    });
  }

  /** Goes on with an audit. */
  async resume(batch: Batch): Promise<void> {
    await this.#attempt(async () => {
      this.items = await this.#session.client.call('batches.audit', { id: batch.id });
      const next = nextToLookAt(this.items, 0);
      this.at = next ?? 0;
      this.looking = next !== null && !batch.refused;
      this.batch = batch;
    });
  }

  /** Notes a verdict on the sample that is looked at and goes on to the next nobody looked at. */
  judge(verdict: Verdict): void {
    const item = this.items[this.at];
    const { batch } = this;
    if (!item || !batch) return;
    this.items = this.items.with(this.at, { ...item, verdict });
    this.at = nextToLookAt(this.items, this.at) ?? this.at;
    this.#sending = this.#sending.then(() =>
      this.#attempt(async () => {
        const call = { id: batch.id, sampleId: item.sampleId, verdict };
        this.batch = await this.#session.client.call('batches.judge', call);
        if (this.batch.refused || this.batch.looked === this.batch.planned) this.looking = false;
      }),
    );
  }

  step(by: number): void {
    this.at = Math.min(this.items.length - 1, Math.max(0, this.at + by));
  }

  /** @returns whether the batch was decided */
  async apply(): Promise<boolean> {
    const { batch } = this;
    if (!batch) return false;
    const reason = batch.decision === 'reject' ? this.reason.trim() || null : null;
    const done = await this.#work(batch, (call) =>
      this.#session.client.call('batches.apply', { ...call, reason }),
    );
    if (!done) return false;
    this.#choosing.none();
    this.#reset();
    this.scope = null;
    this.onDone();
    if (done.decided === 0) {
      this.#notices.info(appliedWords(done));
      return true;
    }
    this.#last = { id: done.id, project: this.#session.project?.path };
    const undo = { words: 'Undo', run: () => void this.undo(done) };
    this.#offered.set(done.id, this.#notices.offer(appliedWords(done), undo));
    this.onApplied(done.id);
    return true;
  }

  async undo(batch: Batch): Promise<void> {
    const done = await this.#work(batch, (call) => this.#session.client.call('batches.undo', call));
    if (done) {
      this.onDone();
      this.#notices.info(undoneWords(done));
    } else if (this.error?.code !== 'cancelled') this.#notices.error(this.error);
  }

  /** Takes back what was decided from this page last. @returns false when there is nothing: then a list has to say what */
  undoLast(): boolean {
    // Another project has other batches under the same numbers.
    const here = this.#last?.project === this.#session.project?.path ? this.#last?.id : undefined;
    return here !== undefined && this.undoById(here);
  }

  /** Takes a batch back. @returns false when it does not stand any more */
  undoById(wanted: number): boolean {
    const batch = this.list?.find(({ id, state }) => id === wanted && state === 'applied');
    // While one is being written, it is that one's turn.
    if (batch && !this.working) void this.undo(batch);
    return batch !== undefined;
  }

  /** Stops what is being decided or undone; all of it is taken back. */
  async cancel(): Promise<void> {
    if (this.working) await this.#session.client.call('batches.cancel', { id: this.working.id });
  }

  /** Ends the audit; nothing was decided. */
  async dismiss(batch: Batch): Promise<void> {
    await this.#attempt(async () => {
      await this.#session.client.call('batches.dismiss', { id: batch.id });
      if (this.batch?.id === batch.id) this.#reset();
    });
  }

  async #count(scope: Scope): Promise<void> {
    await this.load();
    await this.#attempt(async () => {
      const counts = await this.#session.client.call('batches.count', scope);
      if (scope === this.scope) this.counts = counts;
    });
  }

  async #work(
    { id, population }: Batch,
    send: (call: { id: number; reviewer: string }) => Promise<Batch>,
  ): Promise<Batch | null> {
    if (this.working) return null;
    this.working = { id, done: 0, total: population };
    this.error = null;
    try {
      const batch = await send({ id, reviewer: this.#session.reviewer });
      this.#heard(batch);
      return batch;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return null;
    } finally {
      this.working = null;
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await work();
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
    }
  }

  #heard(batch: Batch): void {
    if (this.elsewhere?.id === batch.id) this.elsewhere = null;
    if (batch.state === 'undone') {
      this.#offered.get(batch.id)?.withdraw();
      this.#offered.delete(batch.id);
      this.onUndone(batch.id);
    }
    const others = (this.list ?? []).filter(({ id }) => id !== batch.id);
    // One audit at a time: a new one ended the one before.
    const left = batch.state === 'auditing' ? others.filter(({ state }) => state !== 'auditing') : others;
    const kept = batch.state === 'dismissed' ? left : [batch, ...left];
    this.list = kept.toSorted((a, b) => b.id - a.id);
    const mine = this.batch;
    if (!mine || this.working?.id === mine.id) return;
    const replaced = batch.state === 'auditing' && batch.id > mine.id;
    if (batch.id === mine.id && batch.state === 'auditing') this.batch = batch;
    else if (replaced || batch.id === mine.id) {
      this.#reset();
      this.#notices.info('The audit ended elsewhere', 'See Batches for its result');
    }
  }

  #reset(): void {
    this.batch = null;
    this.items = [];
    this.at = 0;
    this.looking = true;
    this.reason = '';
    this.error = null;
  }
}

export const [getBatches, setBatches] = createContext<Batches>();
