/**
 * The contract from memory: made-up scenes, maps and jobs for looking at the page. Reviews behave like the real ones
 * (append-only, conflicts); the rest is only as true as a picture of the page needs.
 */
import type {
  Job,
  ProjectSummary,
  Review,
  SampleRow,
  SampleState,
} from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type {
  EventName,
  EventPayload,
  ProcedureInput,
  ProcedureName,
  ProcedureOutput,
  RpcClient,
  SampleFilter,
} from '../../../src-shared/contract/procedures.ts';
import { demoPreset, fakeDetail, fakeMaps, fakeRow } from './fake-samples.ts';

interface Options {
  readonly samples: number;
  readonly open: boolean;
  readonly labelling: boolean;
}

type Handlers = { [N in ProcedureName]: (input: ProcedureInput<N>) => ProcedureOutput<N> };
type Listener = (payload: never) => void;

export class FakeBackend implements RpcClient {
  /** Tests turn these: every call fails, or every review conflicts. */
  down = false;
  readonly #count: number;
  #open: boolean;
  #labelled: number;
  readonly #reviews: Review[] = [];
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #connection = new Set<(open: boolean) => void>();

  constructor({ samples, open, labelling }: Options) {
    this.#count = samples;
    this.#open = open;
    this.#labelled = labelling ? Math.floor(samples / 4) : samples - Math.min(samples, 8);
    if (labelling) setInterval(() => this.#labelOne(), 700);
    for (let id = 1; id <= Math.min(samples, 14); id++) {
      if (id % 5 === 0) this.#review(id, 'reject', 'ana');
      else if (id % 3 === 0) this.#review(id, 'correct', 'ana');
      else if (id < 11) this.#review(id, 'accept', 'you');
    }
  }

  async call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>> {
    await new Promise((resolve) => setTimeout(resolve, 15));
    if (this.down) throw new FoveaError('io', 'The connection to the main side is lost');
    return this.#handlers[name](input);
  }

  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener as Listener));
    return () => set.delete(listener as Listener);
  }

  onConnection(listener: (open: boolean) => void): () => void {
    this.#connection.add(listener);
    return () => this.#connection.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }

  /** Loses or restores the connection. */
  setDown(down: boolean): void {
    this.down = down;
    for (const listener of this.#connection) listener(!down);
  }

  /** Somebody else decides. */
  other(sampleId: number): void {
    this.#review(sampleId, 'reject', 'ben');
  }

  emit<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of this.#listeners.get(name) ?? [])
      (listener as (payload: EventPayload<N>) => void)(payload);
  }

  readonly #handlers: Handlers = {
    'app.info': () => ({
      version: '0.1.0',
      host: 'test',
      projectPath: this.#open ? '/data/demo' : null,
      reviewer: 'you',
    }),
    'project.open': ({ path }) => {
      if (path !== '/data/demo')
        throw new FoveaError('bad_project', 'This folder is no Fovea project', {
          where: path,
          next: 'Choose a folder with project.db in it, or open the demo',
        });
      return this.#opened();
    },
    'project.demo': () => this.#opened(),
    'project.summary': () => this.#summary(),
    'project.setActiveRun': () => this.#summary(),
    'samples.list': ({ filter, offset, limit }) => {
      const ids = this.#matching(filter);
      return { total: ids.length, rows: ids.slice(offset, offset + limit).map((id) => this.#row(id)) };
    },
    'samples.position': ({ filter, id }) => {
      const position = this.#matching(filter).indexOf(id);
      return { position: position < 0 ? null : position };
    },
    'samples.get': ({ id }) => fakeDetail(this.#row(id), this.#standing(id)),
    'samples.maps': ({ predictionId }) => fakeMaps(predictionId),
    'reviews.submit': (input) => {
      const latest = this.#reviews.findLast((review) => review.sampleId === input.sampleId);
      if ((latest?.id ?? null) !== input.basedOn && this.#standing(input.sampleId)?.id !== input.basedOn)
        throw new FoveaError('conflict', 'the sample was decided in the meantime');
      const review = this.#review(
        input.sampleId,
        input.decision,
        input.reviewer,
        input.label && Uint8Array.from(input.label),
      );
      return { review, state: this.#row(input.sampleId).state };
    },
    'reviews.history': ({ sampleId }) => this.#reviews.filter((review) => review.sampleId === sampleId),
    'presets.list': () => [demoPreset],
    'jobs.list': () => (this.#labelled < this.#count - 8 ? [this.#job()] : []),
    'jobs.label': () => this.#job(),
    'jobs.cancel': () => ({ ...this.#job(), state: 'cancelled' }),
    'import.start': () => {
      throw new FoveaError('bad_input', 'line 12 is no JSON: unexpected end of input', {
        where: '/data/questions.jsonl:12',
        next: 'Mend or remove that line; nothing was imported',
      });
    },
    'export.start': ({ format, path }) => ({
      format,
      path,
      done: 9,
      failed: 0,
      skipped: { unreviewed: this.#count - 14, rejected: 2, not_expressible_ignore_without_fg: 1 },
      notes: { bg_inside_box_to_ignore: 37 },
      seconds: 1.4,
    }),
  };

  #opened(): ProjectSummary {
    this.#open = true;
    return this.#summary();
  }

  #review(
    sampleId: number,
    decision: Review['decision'],
    reviewer: string,
    label: Review['label'] = null,
  ): Review {
    const review: Review = {
      id: this.#reviews.length + 1,
      sampleId,
      decision,
      label:
        decision === 'correct' && !label ? fakeDetail(this.#row(sampleId), null).prediction!.label : label,
      predictionId: sampleId,
      reviewer,
      note: null,
      createdAt: '2026-11-20T14:03:12.000Z',
    };
    this.#reviews.push(review);
    const standing = this.#standing(sampleId);
    this.emit('sample.changed', {
      sampleId,
      state: this.#row(sampleId).state,
      reviewId: standing?.id ?? null,
      predictionId: sampleId,
    });
    return review;
  }

  #standing(sampleId: number): Review | null {
    const latest = this.#reviews.findLast((review) => review.sampleId === sampleId);
    return latest && latest.decision !== 'reset' ? latest : null;
  }

  #row(id: number): SampleRow {
    const states = {
      accept: 'accepted',
      correct: 'corrected',
      reject: 'rejected',
      reset: 'pending',
    } as const;
    const review = this.#standing(id);
    return fakeRow(id, review ? states[review.decision] : id <= this.#labelled ? 'pending' : 'unlabelled');
  }

  #matching(filter: SampleFilter | Partial<SampleFilter>): number[] {
    const { states = [], dropped = 'any', languages = [], splits = [], text = '' } = filter;
    const ids: number[] = [];
    for (let id = 1; id <= this.#count; id++) {
      const row = this.#row(id);
      if (states.length > 0 && !states.includes(row.state)) continue;
      if (dropped !== 'any' && (dropped === 'dropped') !== (row.dropped !== null)) continue;
      if (languages.length > 0 && !languages.includes(row.language ?? '')) continue;
      if (splits.length > 0 && !splits.includes(row.split ?? '')) continue;
      if (!`${row.question} ${row.externalId}`.toLowerCase().includes(text.toLowerCase())) continue;
      ids.push(id);
    }
    return ids;
  }

  #summary(): ProjectSummary {
    const byState: Record<SampleState, number> = {
      unlabelled: 0,
      pending: 0,
      accepted: 0,
      corrected: 0,
      rejected: 0,
    };
    let dropped = 0;
    for (let id = 1; id <= this.#count; id++) {
      const row = this.#row(id);
      byState[row.state]++;
      if (row.dropped) dropped++;
    }
    return {
      path: '/data/demo',
      name: 'demo',
      images: this.#count,
      samples: this.#count,
      byState,
      dropped,
      languages: ['en', 'fr', 'zh'],
      splits: ['train', 'held-out'],
      runs: [
        {
          id: 1,
          modelName: 'fovea-demo',
          modelDir: '/data/models/demo',
          preset: demoPreset,
          answerMode: 'self',
          device: 'cpu',
          createdAt: '2026-11-20T13:00:00.000Z',
        },
      ],
      activeRunId: 1,
    };
  }

  #job(): Job {
    const left = this.#count - this.#labelled;
    return {
      id: 1,
      type: 'label',
      state: left > 0 ? 'running' : 'done',
      total: this.#count,
      done: this.#labelled,
      failed: 0,
      skipped: 0,
      rate: 1.43,
      etaSeconds: left / 1.43,
      message: null,
      createdAt: '2026-11-20T13:00:00.000Z',
    };
  }

  #labelOne(): void {
    if (this.#labelled >= this.#count) return;
    const sampleId = ++this.#labelled;
    this.emit('sample.changed', { sampleId, state: 'pending', reviewId: null, predictionId: sampleId });
    this.emit('job.changed', this.#job());
  }
}
