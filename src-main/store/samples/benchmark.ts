/** What benchmarks know of a question beyond one answer: every answer, and the options of a choice. */
import { z } from 'zod';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

export interface SampleBenchmark {
  /** Whose rules count its answers: `textvqa`. */
  readonly name: string;
  /** In the order of the file, equal ones too; none: the file does not tell. */
  readonly answers: readonly string[];
  /** Of a choice, in the order of their letters, without them. */
  readonly options: readonly string[];
}

const texts = z.array(z.string());

interface Row {
  readonly benchmark: string;
  readonly answers: string;
  readonly options: string;
}

/** Null: the sample is of no benchmark. */
export function benchmarkOf(db: ReadableDb, sampleId: number): SampleBenchmark | null {
  const row = rowOf(db, sampleId);
  return (
    row && {
      name: row.benchmark,
      answers: texts.parse(JSON.parse(row.answers)),
      options: texts.parse(JSON.parse(row.options)),
    }
  );
}

/**
 * Takes over what a file says, in the caller's transaction. No answers, or no options, say nothing where there are some.
 * @returns whether that changed something
 */
export function putBenchmark(
  db: WritableDb,
  sampleId: number,
  { name, answers, options }: SampleBenchmark,
): boolean {
  const before = rowOf(db, sampleId);
  const now: Row = {
    benchmark: name,
    answers: answers.length === 0 ? (before?.answers ?? '[]') : JSON.stringify(answers),
    options: options.length === 0 ? (before?.options ?? '[]') : JSON.stringify(options),
  };
  if (before?.benchmark === name && before.answers === now.answers && before.options === now.options)
    return false;
  write(
    db,
    'INSERT OR REPLACE INTO sample_benchmark (sample_id, benchmark, answers, options) VALUES (?, ?, ?, ?)',
  ).run(sampleId, now.benchmark, now.answers, now.options);
  return true;
}

function rowOf(db: ReadableDb, sampleId: number): Row | null {
  return (
    read<Row>(db, 'SELECT benchmark, answers, options FROM sample_benchmark WHERE sample_id = ?').get(
      sampleId,
    ) ?? null
  );
}
