/**
 * Applies a file of decisions (`fovea review --apply`): all of its lines or none. Reading, checking and writing happen
 * in one transaction, so a bad line at the end, a crash or a full disk leaves the project as it was.
 */
import { z } from 'zod';
import { decisionSchema, type Decision, type Review } from '../../../src-shared/contract/domain.ts';
import { handoverSchema, PREVIOUS, type Handover } from '../../../src-shared/contract/handover.ts';
import { rejectReasonSchema } from '../../../src-shared/contract/limits.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { latestReview, reviewHistory, submitReview } from '../../store/reviews/review.ts';
import { projectId } from '../../store/dashboard/summary.ts';
import { getSample, sampleOfData } from '../../store/samples/sample.ts';
import { readLines } from './lines.ts';

/**
 * One decision. One meaning a field, and no guess between them: `sample` is the id of the data (a number stands for its
 * text), `fovea` in its place Fovea's own number.
 */
const lineSchema = z.strictObject({
  sample: z.union([z.string().min(1), z.number().int().transform(String)]).optional(),
  fovea: z.number().int().positive().optional(),
  decision: decisionSchema,
  /** `[H*W]`, row by row; needed for `correct`. */
  label: z.array(z.number().int().min(-128).max(127)).nullish(),
  reviewer: z.string().min(1).max(200),
  /** Null takes away what somebody wrote before; left out, that stays. */
  note: z.string().max(10_000).nullish(),
  /** Why, with `reject` only; as with the note, null takes it away. */
  reason: rejectReasonSchema.nullish(),
  /** A page could not save it and handed it over; only with `fovea`. */
  handover: handoverSchema.optional(),
});

export interface ApplyReport {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** Applies the file `path`. Errors as {@link applyReviews}, and `not_found` or `io` for the file. */
export function applyReviewsFile(project: Project, path: string): ApplyReport {
  return applyReviews(project, readLines(path), path);
}

/**
 * Applies lines, blank ones left out. Throws `bad_input` (or `not_found`) with the number of the line that is
 * malformed, names no sample, or decides what cannot be decided, and `conflict` for one that a page handed over when somebody
 * decided its sample since; nothing is written then.
 */
export function applyReviews(project: Project, lines: Iterable<string>, name = 'line'): ApplyReport {
  const started = performance.now();
  let skipped = 0;
  const done = transact(project.db, () => {
    let number = 0;
    let applied = 0;
    /** Of samples whose decisions were handed over: the revision that the line before stands for. */
    const before = new Map<number, number>();
    for (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      try {
        if (!applyLine(project, line, before)) skipped++;
        else applied++;
      } catch (thrown) {
        throw atLine(FoveaError.from(thrown), name, number);
      }
    }
    return applied;
  });
  return { done, failed: 0, skipped, seconds: (performance.now() - started) / 1000 };
}

/** @returns false when it was handed over and is saved already */
function applyLine({ db }: Project, line: string, before: Map<number, number>): boolean {
  const { sample, fovea, decision, label, reviewer, note, reason, handover } = parse(line);
  if ((sample === undefined) === (fovea === undefined)) {
    throw new FoveaError('bad_input', 'a line names its sample by "sample" or by "fovea"', {
      next: 'Give the id of the data as "sample", or Fovea\'s number as "fovea", and not both; nothing was applied',
    });
  }
  const sampleId = sample === undefined ? getSample(db, fovea!).id : sampleOfData(db, sample);
  const latest = latestReview(db, sampleId);
  const review = {
    sampleId,
    predictionId: handover?.predictionId ?? null,
    decision,
    label: label ? new Uint8Array(Int8Array.from(label).buffer) : null,
    reviewer,
    note: note === undefined ? (latest?.note ?? null) : note,
    reason: reason === undefined ? reasonLeft(decision, latest) : reason,
  };
  if (!handover) {
    submitReview(db, review, undefined);
    return true;
  }
  const known = savedAlready(db, review, handover, before);
  const saved = known ?? submitReview(db, review, latest?.id ?? null).review;
  before.set(sampleId, saved.id);
  return known === null;
}

/** A line that says nothing of the reason leaves that of a rejection it repeats. */
function reasonLeft(decision: Decision, latest: Review | null): string | null {
  return decision === 'reject' && latest?.decision === 'reject' ? latest.reason : null;
}

/**
 * The revision that says what was handed over, or null.
 * @throws FoveaError `bad_input` when it is on another project, `conflict` when somebody decided since
 */
function savedAlready(
  db: ReadableDb,
  review: Omit<Review, 'id' | 'createdAt' | 'batchId'>,
  { project, basedOn }: Handover,
  before: ReadonlyMap<number, number>,
): Review | null {
  const { sampleId } = review;
  if (project !== projectId(db)) {
    throw new FoveaError('bad_input', 'this decision was made on another project', {
      next: 'Apply the file to the project it is from; nothing was applied',
    });
  }
  const from = basedOn === PREVIOUS ? (before.get(sampleId) ?? 0) : (basedOn ?? 0);
  const since = reviewHistory(db, sampleId).filter(({ id }) => id > from);
  const same = since.sort((a, b) => a.id - b.id).find((one) => sameDecision(review, one));
  if (same) return same;
  const newer = since.at(-1);
  if (!newer) return null;
  throw new FoveaError('conflict', `${newer.reviewer} decided this sample after this decision was made`, {
    next: 'Import the file on the page, which asks which decision to keep, or remove the line; nothing was applied',
  });
}

function sameDecision(a: Pick<Review, 'decision' | 'note' | 'reason' | 'label'>, b: Review): boolean {
  if (a.decision !== b.decision || a.note !== b.note || a.reason !== b.reason) return false;
  if (a.decision !== 'correct' || a.label === null) return true;
  return b.label !== null && Buffer.compare(a.label, b.label) === 0;
}

function parse(line: string): z.infer<typeof lineSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new FoveaError('bad_input', 'not JSON', { next: 'Correct the line; nothing was applied', cause });
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new FoveaError('bad_input', `${field}${issue.message}`, {
    next: 'Give {"sample" or "fovea","decision","label"?,"reviewer","note"?,"reason"?}; nothing was applied',
  });
}

function atLine(error: FoveaError, name: string, number: number): FoveaError {
  if (!['bad_input', 'not_found', 'conflict'].includes(error.code)) return error;
  const where = name === 'line' ? `line ${number}` : `${name} line ${number}`;
  return new FoveaError(error.code, error.message, { where, next: error.next, cause: error });
}
