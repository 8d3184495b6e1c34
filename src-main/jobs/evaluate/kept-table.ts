/** The table of an evaluation, counted once and kept while its results stay what they are: a page asks for it at every look. */
import type { EvaluationTable } from '../../../src-shared/contract/evaluation.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import type { ReadableDb } from '../../store/db.ts';
import { resultsMark } from '../../store/evaluations/pass.ts';
import { evaluationTable } from './table.ts';

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
  const mark = resultsMark(db, evaluationId);
  const before = kept.get(evaluationId);
  if (before?.mark === mark) return before.table;
  const table = await evaluationTable(db, evaluationId, { patient: true });
  // What came while others had their turn may be counted or not: such a table is for now.
  if (resultsMark(db, evaluationId) !== mark) return table;
  kept.delete(evaluationId);
  kept.set(evaluationId, { mark, table });
  for (const id of kept.keys()) if (kept.size > KEPT) kept.delete(id);
  return table;
}
