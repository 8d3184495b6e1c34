/**
 * The table of an evaluation, counted once and kept while its results stay what they are: with the project when the evaluation ends, and
 * by the process, because a page asks for it at every look.
 */
import type { EvaluationTable } from '../../../src-shared/contract/evaluation.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { transact, type ReadableDb, type WritableDb } from '../../store/db.ts';
import { resultsMark } from '../../store/evaluations/pass.ts';
import { storedTable, storeTable } from '../../store/evaluations/table.ts';
import { evaluationTable } from './table.ts';

/** Raised whenever the same results give other numbers (kept-table.test.ts tells): what was counted by older rules is counted anew. */
export const TABLE_RULES = 2;

/** A person compares a few, or looks at a sweep. */
const KEPT = MOST.budgets;

interface Kept {
  readonly mark: string;
  readonly table: EvaluationTable;
}

const ofProjects = new WeakMap<ReadableDb, Map<number, Kept>>();

/** As {@link evaluationTable}, patient. */
export async function keptTable(db: ReadableDb, evaluationId: number): Promise<EvaluationTable> {
  let kept = ofProjects.get(db);
  if (!kept) ofProjects.set(db, (kept = new Map()));
  const mark = markOf(db, evaluationId);
  const before = kept.get(evaluationId);
  if (before?.mark === mark) return before.table;
  const table =
    storedTable(db, evaluationId, mark) ?? (await evaluationTable(db, evaluationId, { patient: true }));
  // What came while others had their turn may be counted or not: such a table is for now.
  if (markOf(db, evaluationId) !== mark) return table;
  kept.delete(evaluationId);
  kept.set(evaluationId, { mark, table });
  for (const id of kept.keys()) if (kept.size > KEPT) kept.delete(id);
  return table;
}

/** Keeps the table with the project, so that the first look at a large evaluation does not wait for it to be counted. */
export async function keepTable(db: WritableDb, evaluationId: number): Promise<void> {
  const mark = markOf(db, evaluationId);
  const table = await evaluationTable(db, evaluationId, { patient: true });
  transact(db, () => {
    if (markOf(db, evaluationId) === mark) storeTable(db, evaluationId, mark, table);
  });
}

function markOf(db: ReadableDb, evaluationId: number): string {
  return `${TABLE_RULES} ${resultsMark(db, evaluationId)}`;
}
