/** The table of an evaluation as it was counted once, with a mark of what it was counted from. */
import { evaluationTableSchema, type EvaluationTable } from '../../../src-shared/contract/evaluation.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** Null: none is kept under this mark, or one that this version does not read. */
export function storedTable(db: ReadableDb, evaluationId: number, mark: string): EvaluationTable | null {
  const row = read<{ numbers: string }>(
    db,
    'SELECT numbers FROM evaluation_table WHERE evaluation_id = ? AND mark = ?',
  ).get(evaluationId, mark);
  return row ? (evaluationTableSchema.safeParse(JSON.parse(row.numbers)).data ?? null) : null;
}

/** Keeps it in place of one of another mark. */
export function storeTable(db: WritableDb, evaluationId: number, mark: string, table: EvaluationTable): void {
  write(
    db,
    `INSERT INTO evaluation_table (evaluation_id, mark, numbers) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET mark = excluded.mark, numbers = excluded.numbers`,
  ).run(evaluationId, mark, JSON.stringify(table));
}
