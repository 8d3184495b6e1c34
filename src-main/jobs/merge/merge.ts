/**
 * Brings in the decisions of another project, as of two people who reviewed the same data: each with its reviewer, time, reason and
 * label, with notes, flags, tags and verdicts on answers. Nothing that is here is overwritten: where both decided and not the same, the sample is
 * listed as a conflict and stays as it is here. A dry run says what would come of it and writes nothing.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { ZodError } from 'zod';
import { counted } from '../../../src-shared/contract/counts.ts';
import type { Review } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { MergeReport } from '../../../src-shared/contract/procedures.ts';
import { Reasons, type RowReason, shown } from '../../importers/index.ts';
import { read, transact } from '../../store/db.ts';
import { openOther, type Project } from '../../store/file/project.ts';
import {
  adoptNotesAndFlags,
  adoptPrediction,
  adoptReview,
  checkReview,
  marksOf,
  type Marks,
  NotAdopted,
} from '../../store/merge/adopt.ts';
import { patiently } from '../../store/patience.ts';
import { isOutdated } from '../../store/pictures/change.ts';
import { reviewHistory } from '../../store/reviews/review.ts';
import { judgeAnswer } from '../../store/samples/answer-verdict.ts';
import { benchmarkOf } from '../../store/samples/benchmark.ts';
import { sampleIdsAfter } from '../../store/samples/query.ts';
import { addSample, getSample, type Sample } from '../../store/samples/sample.ts';
import { changeTag } from '../../store/samples/tag.ts';
import { Matcher } from './match.ts';
import { missingOf } from './plan.ts';

const PAGE = 200;
/** Conflicts that are listed one by one; all are counted. */
const LISTED = 500;

export interface MergeOptions {
  /** Folder of the other project. */
  readonly from: string;
  /** Says what would come of it and writes nothing. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (samples: number, of: number) => void;
}

/**
 * Whole batches are there when it is stopped; again, it goes on. Throws what opening a project throws, `conflict` for the
 * project itself, `cancelled`, `read_only`, `no_space`, `io`.
 */
export async function mergeProject(project: Project, options: MergeOptions): Promise<MergeReport> {
  const other = openOther(options.from);
  try {
    return await new Merge(project, other, options).run();
  } finally {
    other.close();
  }
}

class Merge {
  readonly #here: Project;
  readonly #there: Project;
  readonly #options: MergeOptions;
  readonly #matcher: Matcher;
  readonly #skipped = new Reasons();
  readonly #total: Counts = noCounts();
  readonly #conflicts: Conflict[] = [];

  constructor(here: Project, there: Project, options: MergeOptions) {
    this.#here = here;
    this.#there = there;
    this.#options = options;
    this.#matcher = new Matcher(here, there);
  }

  async run(): Promise<MergeReport> {
    const { db } = this.#there;
    const { of } = read<{ of: number }>(db, 'SELECT COUNT(*) AS of FROM sample').get()!;
    const { name } = read<{ name: string }>(db, 'SELECT name FROM project').get()!;
    let done = 0;
    for (let last = 0; ;) {
      const ids = sampleIdsAfter(db, last, PAGE);
      if (ids.length === 0) break;
      const batch = new Batch();
      const found: Found[] = [];
      for (const id of ids) {
        if (this.#options.signal?.aborted) throw this.#stopped();
        const one = await this.#look(id, batch);
        if (one) found.push(one);
      }
      const taken = await patiently(() => this.#take(found));
      for (const part of [batch, taken]) this.#add(part);
      done += ids.length;
      last = ids.at(-1)!;
      this.#options.onProgress?.(done, of);
      await breathe();
    }
    return {
      dryRun: this.#options.dryRun,
      other: name,
      samples: of,
      ...this.#total,
      conflicts: this.#conflicts,
      reasons: this.#skipped.list(),
    };
  }

  #stopped(): FoveaError {
    const { decisions } = this.#total;
    const what = this.#options.dryRun ? 'nothing was' : counted(decisions, 'decision was', 'decisions were');
    return new FoveaError('cancelled', `stopped; ${what} brought in`, {
      next: 'Bring the project in again to go on',
    });
  }

  #add({ counts, conflicts, left }: Batch): void {
    for (const name of Object.keys(counts) as (keyof Counts)[]) this.#total[name] += counts[name];
    for (const conflict of conflicts) if (this.#conflicts.length < LISTED) this.#conflicts.push(conflict);
    for (const { id, reason } of left) this.#skipped.add(id, reason);
  }

  /** What a sample of the other project has to give, and to which one here; null: it is left out. */
  async #look(id: number, batch: Batch): Promise<Found | null> {
    try {
      const { db } = this.#there;
      const sample = getSample(db, id);
      const history = reviewHistory(db, id);
      const marks = marksOf(db, id);
      for (const review of history) checkReview(review);
      const match = await this.#matcher.match(sample);
      if (!('problem' in match)) return { sample, history, marks, match };
      batch.leave(id, { ...match.problem, value: shown(sample.externalId) });
    } catch (thrown) {
      batch.leave(id, refusalOf(id, thrown));
    }
    return null;
  }

  /** Takes samples over in one transaction, which a dry run takes back. */
  #take(found: readonly Found[]): Batch {
    const batch = new Batch();
    const takenBack = new Error('a dry run');
    try {
      transact(this.#here.db, () => {
        for (const one of found) this.#one(one, batch);
        if (this.#options.dryRun) throw takenBack;
      });
    } catch (thrown) {
      if (thrown !== takenBack && (thrown as { cause?: unknown }).cause !== takenBack) throw thrown;
    }
    return batch;
  }

  #one({ sample, history, marks, match }: Found, batch: Batch): void {
    const { db } = this.#here;
    const isNew = 'imageId' in match;
    const sampleId = isNew ? this.#addSample(sample, match.imageId) : match.sampleId;
    batch.counts[isNew ? 'added' : 'matched']++;
    const ours = reviewHistory(db, sampleId);
    const plan = missingOf(ours, history);
    if (plan.kind === 'conflict') {
      batch.counts.conflicting++;
      batch.conflicts.push({
        sample: sampleId,
        id: sample.externalId.slice(0, 200),
        question: sample.question.slice(0, 200),
        here: sideOf(ours.at(-1)!),
        there: sideOf(history.at(-1)!),
      });
    } else if (plan.kind === 'take') this.#decide(sampleId, plan.missing, batch);
    else if (plan.kind !== 'none') batch.counts[plan.kind]++;
    const { notes, flags } = adoptNotesAndFlags(db, sampleId, marks);
    batch.counts.notes += notes;
    batch.counts.flags += flags;
    for (const { tag, added, reviewer, created_at: at } of marks.tags) {
      // What a person here said of a tag holds.
      if (read(db, 'SELECT 1 FROM tag_change WHERE sample_id = ? AND tag = ?').get(sampleId, tag)) continue;
      batch.counts.tags += changeTag(db, [sampleId], { tag, on: added === 1, reviewer, at }).length;
    }
    for (const { answer, verdict, reviewer, at } of marks.verdicts) {
      // What a person here said of an answer holds, also where it was taken back.
      const said = 'SELECT 1 FROM answer_verdict WHERE sample_id = ? AND answer = ?';
      if (read(db, said).get(sampleId, answer)) continue;
      if (judgeAnswer(db, { sampleId, answer, verdict, reviewer, at })) batch.counts.verdicts++;
    }
  }

  #addSample({ id, imageId: _, ...sample }: Sample, imageId: number): number {
    const benchmark = benchmarkOf(this.#there.db, id);
    const added = addSample(this.#here.db, { ...sample, imageId, ...(benchmark && { benchmark }) });
    if (added !== null) return added;
    throw new FoveaError('conflict', 'the sample is here by now', { next: 'Bring the project in again' });
  }

  /** All revisions of a sample, or none. */
  #decide(sampleId: number, missing: readonly Review[], batch: Batch): void {
    const [here, there] = [this.#here.db, this.#there.db];
    try {
      transact(here, () => {
        for (const review of missing) {
          const { label, predictionId } = review;
          if (label !== null && predictionId !== null && isOutdated(there, predictionId)) {
            throw new NotAdopted('it was decided there on another picture than the one that is there now');
          }
          const ours =
            label === null || predictionId === null
              ? null
              : adoptPrediction(here, there, predictionId, sampleId);
          adoptReview(here, sampleId, review, ours);
        }
      });
      batch.counts.decisions += missing.length;
    } catch (thrown) {
      batch.leave(missing[0]?.sampleId ?? 0, refusalOf(missing[0]?.sampleId ?? 0, thrown));
    }
  }
}

type Conflict = MergeReport['conflicts'][number];
type Counts = Record<
  | 'matched'
  | 'added'
  | 'decisions'
  | 'already'
  | 'agreed'
  | 'notes'
  | 'flags'
  | 'tags'
  | 'verdicts'
  | 'left'
  | 'conflicting',
  number
>;

function noCounts(): Counts {
  return {
    matched: 0,
    added: 0,
    decisions: 0,
    already: 0,
    agreed: 0,
    notes: 0,
    flags: 0,
    tags: 0,
    verdicts: 0,
    left: 0,
    conflicting: 0,
  };
}

/** What came of some samples; counted once they are written. */
class Batch {
  readonly counts = noCounts();
  readonly conflicts: Conflict[] = [];
  readonly left: { readonly id: number; readonly reason: RowReason }[] = [];

  leave(id: number, reason: RowReason): void {
    this.counts.left++;
    this.left.push({ id, reason });
  }
}

interface Found {
  readonly sample: Sample;
  /** Of the other project, oldest first. */
  readonly history: readonly Review[];
  readonly marks: Marks;
  readonly match: { readonly sampleId: number } | { readonly imageId: number };
}

function sideOf({ decision, reviewer, createdAt, reason }: Review): MergeReport['conflicts'][number]['here'] {
  return { decision, reviewer, at: createdAt, reason };
}

/** Why a sample of the other project, which may hold anything, is left out. Throws what is no damage of it. */
function refusalOf(id: number, thrown: unknown): RowReason {
  const own = [thrown, (thrown as { cause?: unknown } | null)?.cause].find(
    (one) => one instanceof NotAdopted,
  );
  const damaged = thrown instanceof ZodError || thrown instanceof SyntaxError || thrown instanceof RangeError;
  if (!own && !damaged && FoveaError.from(thrown).code !== 'bad_project') throw thrown;
  return {
    message: own?.message ?? 'the sample is damaged there',
    value: `sample ${id}`,
    next: 'Open the other project and look at that sample',
  };
}
