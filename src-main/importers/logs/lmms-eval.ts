/**
 * Logs of lmms-eval (`--log_samples`: `OUT/<model>/<date>_samples_<task>.jsonl`, `lmms_eval/loggers/evaluation_tracker.py`,
 * save_results_samples): a line a sample of `doc_id`, `target`, `filtered_resps`, `resps` where that is something else, `doc_hash`,
 * `input` and the measures, without picture and question. 0.7 writes the single entry of a list for the list, 0.4 the
 * list; `target` is Python's text of what it was. A file is opened for appending, so it may hold several runs.
 */
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readFile } from '../containers/bytes.ts';
import { jsonRows } from '../containers/json-text.ts';
import { readLines } from '../containers/lines.ts';
import { LINE_BYTES, MOST } from '../rows/limits.ts';
import { shown, type RowReason } from '../rows/reasons.ts';
import { checked, RowError } from '../rows/row-error.ts';
import { pythonList } from './python-text.ts';

/** An answer of a log. */
export interface LoggedAnswer {
  /** Of the data set's row, from 0. */
  readonly docId: number;
  /** Of those that the file has, from 1. */
  readonly run: number;
  readonly answer: string;
  /** What the model said before its answer was filtered; null: the same. */
  readonly raw: string | null;
  /** The prompt; null: the log has none. */
  readonly input: string | null;
  /** The true answers as the log has them; empty: none. */
  readonly targets: readonly string[];
  readonly measures: Readonly<Record<string, unknown>>;
}

/** `line` is 1-based. */
export type LogItem =
  | { readonly ok: true; readonly line: number; readonly answer: LoggedAnswer }
  | { readonly ok: false; readonly line: number; readonly problem: RowReason };

const schema = z.looseObject({
  doc_id: z.number().int().min(0),
  target: z.union([z.string(), z.number(), z.null()]).optional(),
  filtered_resps: z.unknown(),
  resps: z.unknown().optional(),
  input: z.unknown().optional(),
});

const ROW = new Set([
  'doc_id',
  'target',
  'filtered_resps',
  'resps',
  'doc_hash',
  'input',
  'input_media',
  'token_counts',
]);
/** Characters of a measure, as JSON; a longer one says so instead. */
const MEASURE_MOST = 2000;
const REMOVE = 'Leave the line out';

/** Names for a log, from where it lies: the program writes the model's and the task's nowhere else. */
export function logNames(path: string): { readonly model: string; readonly task: string } {
  const name = basename(path);
  return {
    model: basename(dirname(path)),
    task: /_samples_(.+)\.jsonl$/.exec(name)?.[1] ?? name.replace(/\.[^.]*$/, ''),
  };
}

/** The answers of a log in its order. Throws FoveaError `not_found`, `io`, and `bad_input` for a file without any lines. */
export async function* logAnswers(path: string): AsyncGenerator<LogItem> {
  let [run, lines] = [1, 0];
  let seen = new Set<number>();
  for await (const row of jsonRows(readLines(readFile(path), LINE_BYTES))) {
    lines++;
    const { line } = row;
    if ('problem' in row) {
      yield { ok: false, line, problem: row.problem };
      continue;
    }
    try {
      const answer = answerOf(row.fields);
      if (seen.has(answer.docId)) {
        run++;
        seen = new Set();
      }
      seen.add(answer.docId);
      yield { ok: true, line, answer: { ...answer, run } };
    } catch (thrown) {
      if (!(thrown instanceof RowError)) throw thrown;
      yield { ok: false, line, problem: thrown.reason };
    }
  }
  if (lines > 0) return;
  throw new FoveaError('bad_input', 'the log is empty', {
    where: path,
    next: 'Give a log of lmms-eval: …_samples_….jsonl, which its option log_samples writes',
  });
}

function answerOf(fields: Readonly<Record<string, unknown>>): Omit<LoggedAnswer, 'run'> {
  if (!('doc_id' in fields) || !('filtered_resps' in fields)) {
    throw new RowError(
      'the line is none of a log of lmms-eval: it has no doc_id or no filtered_resps',
      shown(fields),
      'Give a log that the option log_samples of lmms-eval wrote',
    );
  }
  const row = checked(fields, schema);
  const answer = textIn(row.filtered_resps, 'filtered_resps');
  const raw = row.resps === undefined ? answer : textIn(row.resps, 'resps');
  const { target } = row;
  return {
    docId: row.doc_id,
    answer,
    raw: raw === answer ? null : raw,
    input: inputOf(row.input),
    targets: target === undefined || target === null ? [] : (pythonList(String(target)) ?? [String(target)]),
    measures: measuresOf(fields),
  };
}

/** The one text, in however many lists of one entry. */
function textIn(value: unknown, field: string): string {
  let inner = value;
  while (Array.isArray(inner) && inner.length === 1) inner = (inner as readonly unknown[])[0];
  if (typeof inner === 'string') {
    if (inner.length <= MOST.answer) return inner;
    throw new RowError(
      `${field}: longer than ${MOST.answer.toLocaleString('en-US')} characters`,
      shown(inner),
      REMOVE,
    );
  }
  if (
    Array.isArray(inner) &&
    inner.length > 1 &&
    inner.every((one) => typeof one === 'string' || typeof (one as unknown[])[0] === 'string')
  ) {
    throw new RowError(
      `${field}: several answers to one question`,
      shown(inner),
      'Give a log of one answer a question',
    );
  }
  throw new RowError(
    `${field}: no text, as of options that were ranked and not answered`,
    shown(value),
    'Give the log of a task that generates its answers',
  );
}

function inputOf(input: unknown): string | null {
  if (typeof input === 'string') return input;
  if (!Array.isArray(input)) return null;
  const [first] = input as readonly unknown[];
  return typeof first === 'string' ? first : null;
}

function measuresOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const measures: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (ROW.has(name) || name.length > MOST.name) continue;
    const text = JSON.stringify(value);
    measures[name] = text.length <= MEASURE_MOST ? value : `(${counted(text.length, 'character')})`;
  }
  return measures;
}
