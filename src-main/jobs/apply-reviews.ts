/**
 * Applies a file of decisions (`fovea review --apply`): all of its lines or none. Reading, checking and writing happen
 * in one transaction, so a bad line at the end, a crash or a full disk leaves the project as it was.
 */
import { z } from 'zod';
import { decisionSchema } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { transact } from '../store/db.ts';
import type { Project } from '../store/project.ts';
import { latestReview, submitReview } from '../store/review.ts';
import { getSample, sampleOfData } from '../store/sample.ts';
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
 * malformed, names no sample, or decides what cannot be decided; nothing is written then.
 */
export function applyReviews(project: Project, lines: Iterable<string>, name = 'line'): ApplyReport {
  const started = performance.now();
  const done = transact(project.db, () => {
    let number = 0;
    let applied = 0;
    for (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      try {
        applyLine(project, line);
      } catch (thrown) {
        throw atLine(FoveaError.from(thrown), name, number);
      }
      applied++;
    }
    return applied;
  });
  return { done, failed: 0, skipped: 0, seconds: (performance.now() - started) / 1000 };
}

function applyLine({ db }: Project, line: string): void {
  const { sample, fovea, decision, label, reviewer, note } = parse(line);
  if ((sample === undefined) === (fovea === undefined)) {
    throw new FoveaError('bad_input', 'a line names its sample by "sample" or by "fovea"', {
      next: 'Give the id of the data as "sample", or Fovea\'s number as "fovea", and not both; nothing was applied',
    });
  }
  const sampleId = sample === undefined ? getSample(db, fovea!).id : sampleOfData(db, sample);
  const review = {
    sampleId,
    predictionId: null,
    decision,
    label: label ? new Uint8Array(Int8Array.from(label).buffer) : null,
    reviewer,
    note: note === undefined ? (latestReview(db, sampleId)?.note ?? null) : note,
  };
  submitReview(db, review, undefined);
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
    next: 'Give {"sample" or "fovea","decision","label"?,"reviewer","note"?}; nothing was applied',
  });
}

function atLine(error: FoveaError, name: string, number: number): FoveaError {
  if (error.code !== 'bad_input' && error.code !== 'not_found') return error;
  const where = name === 'line' ? `line ${number}` : `${name} line ${number}`;
  return new FoveaError(error.code, error.message, { where, next: error.next, cause: error });
}
