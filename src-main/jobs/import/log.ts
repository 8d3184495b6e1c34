/**
 * Brings in what an outside model answered: a log that refers to rows of a data set by number is joined with the samples
 * that were made of those rows. That the numbers mean the same is checked by the question in the log's prompt and by its true
 * answer: what is another question's is counted and does not go in.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { basename, resolve } from 'node:path';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { LogReport } from '../../../src-shared/contract/procedures.ts';
import {
  type LoggedAnswer,
  logAnswers,
  type LogItem,
  logNames,
  Reasons,
  type RowReason,
} from '../../importers/index.ts';
import { type ReadableDb, read, transact } from '../../store/db.ts';
import { ImportedRows, importedFiles } from '../../store/exchange/import-log.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { benchmarkOf } from '../../store/samples/benchmark.ts';
import { ensureLog, putOutsideAnswer } from '../../store/samples/outside.ts';

const BATCH = 500;
/** Lines that say which data set a log is of. */
const TRIED = 50;

export interface LogOptions {
  readonly logFile: string;
  /** The imported file that the log's numbers are rows of; null: the one that fits. */
  readonly questionsFile: string | null;
  /** Null: as its folder is called. */
  readonly model?: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (lines: number) => void;
}

/**
 * Imports a log; imported again, it says what it says now. Whole batches are there when it is stopped.
 * Throws `not_found`, `bad_input` (no such data set, none that fits), `cancelled`, `no_space`, `read_only`, `io`.
 */
export async function importLog(project: Project, options: LogOptions): Promise<LogReport> {
  const { db } = project;
  const file = resolve(options.logFile);
  const questionsFile = await dataSetOf(db, file, options.questionsFile);
  const rows = new ImportedRows(db, questionsFile);
  const names = logNames(file);
  const model = options.model ?? names.model;
  const failures = new Reasons();
  const counts = { added: 0, updated: 0, skipped: 0, failed: 0 };
  const runs = new Set<number>();
  let lines = 0;

  const write = async (batch: readonly LogItem[]): Promise<void> => {
    if (options.signal?.aborted) throw stopped(counts.added + counts.updated);
    const outcome = await patiently(() =>
      transact(db, () =>
        batch.map((item) => {
          if (!item.ok) return item.problem;
          const joined = joinedWith(db, rows, item.answer);
          if ('problem' in joined) return joined.problem;
          const logId = ensureLog(db, { file, run: item.answer.run, model, task: names.task });
          runs.add(item.answer.run);
          return putOutsideAnswer(db, logId, joined.sampleId, item.answer);
        }),
      ),
    );
    for (const [i, done] of outcome.entries()) {
      if (typeof done !== 'string') {
        counts.failed++;
        failures.add(batch[i]!.line, done);
      } else counts[done === 'same' ? 'skipped' : done]++;
    }
    lines += batch.length;
    options.onProgress?.(lines);
    await breathe();
  };

  let batch: LogItem[] = [];
  for await (const item of logAnswers(file)) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    await write(batch);
    batch = [];
  }
  if (batch.length > 0) await write(batch);
  return { ...counts, model, task: names.task, runs: runs.size, questionsFile, failures: failures.list() };
}

function stopped(answers: number): FoveaError {
  return new FoveaError(
    'cancelled',
    `stopped; ${counted(answers, 'answer of the log is', 'answers of the log are')} in the project`,
    {
      next: 'Import the log again to go on',
    },
  );
}

/** The imported file whose rows a log is about. Throws FoveaError. */
async function dataSetOf(db: ReadableDb, logFile: string, asked: string | null): Promise<string> {
  const files = importedFiles(db);
  const list = (): string => files.map((file) => basename(file)).join(', ');
  if (files.length === 0) {
    throw new FoveaError('bad_input', 'no data set is here whose rows are known', {
      where: logFile,
      next: 'Import the data set of the log first, its rows in their order; then the log',
    });
  }
  if (asked !== null) {
    const found =
      files.find((file) => file === resolve(asked)) ?? files.find((file) => basename(file) === asked);
    if (found !== undefined) return found;
    throw new FoveaError('not_found', 'that file was not imported here, or its rows are not known', {
      where: asked,
      next: `Name one of: ${list()}`,
    });
  }
  const tried: LoggedAnswer[] = [];
  for await (const item of logAnswers(logFile)) {
    if (item.ok) tried.push(item.answer);
    if (tried.length === TRIED) break;
  }
  const fits = files
    .map((file) => {
      const rows = new ImportedRows(db, file);
      return { file, n: tried.filter((answer) => 'sampleId' in joinedWith(db, rows, answer)).length };
    })
    .sort((a, b) => b.n - a.n);
  const [best, next] = fits;
  if (files.length === 1 || (best && best.n > (next?.n ?? 0))) return best!.file;
  throw new FoveaError('bad_input', 'which data set the log is of cannot be told', {
    where: logFile,
    next: `Say which with --questions: ${list()}`,
  });
}

interface SampleRow {
  readonly question: string;
  readonly reference_answer: string | null;
}

function joinedWith(
  db: ReadableDb,
  rows: ImportedRows,
  { docId, input, targets }: LoggedAnswer,
): { readonly sampleId: number } | { readonly problem: RowReason } {
  const sampleId = rows.sampleOf(docId);
  const problem = (message: string, next: string): { readonly problem: RowReason } => ({
    problem: { message, value: `doc_id ${docId}`, next },
  });
  if (sampleId === null) {
    return problem(
      'no sample was made of its row',
      'Import the whole data set that the log is of, in its order',
    );
  }
  const sample = read<SampleRow>(db, 'SELECT question, reference_answer FROM sample WHERE id = ?').get(
    sampleId,
  );
  if (!sample) return problem('the sample of its row was removed', 'Import the data set again');
  const truths = [...(benchmarkOf(db, sampleId)?.answers ?? []), sample.reference_answer ?? ''].filter(
    (one) => one !== '',
  );
  const asksThis = input === null ? null : plain(input).includes(plain(sample.question));
  const meansThis =
    targets.length === 0 || truths.length === 0
      ? null
      : targets.some((target) => truths.some((truth) => plain(truth) === plain(target)));
  if (asksThis === true) return { sampleId };
  // Prompts differ between programs; the question's longest line with the same true answer is the same question.
  const close = input !== null && plain(input).includes(plain(longestLine(sample.question)));
  if (asksThis === false && !(close && meansThis === true)) {
    return problem(
      'its question is another one than that of its row',
      'Import the data set and split that the log is of',
    );
  }
  if (meansThis === false) {
    return problem(
      'its true answer is another one than that of its row',
      'Import the data set and split that the log is of',
    );
  }
  return { sampleId };
}

/** Case and white space aside: prompts capitalise questions, and strip them. */
function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function longestLine(text: string): string {
  return text.split('\n').reduce((longest, line) => (line.length > longest.length ? line : longest), '');
}
