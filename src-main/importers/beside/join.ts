/** Rows joined with the second file that belongs to them, where there is one. */
import type { ContainerRow } from '../containers/container.ts';
import { RowError } from '../rows/row-error.ts';
import type { RowReason } from '../rows/reasons.ts';
import type { Fields } from '../rows/types.ts';
import type { OpenBeside } from './beside.ts';
import { openBeside } from './registry.ts';

export type JoinedRow =
  | (Extract<ContainerRow, { fields: Fields }> & { readonly notes: readonly RowReason[] })
  | { readonly line: number; readonly problem: RowReason };

/** @param annotations path of the second file; null: there is none. Throws as `openBeside`. */
export async function* withBeside(
  rows: AsyncIterable<ContainerRow>,
  annotations: string | null,
): AsyncGenerator<JoinedRow> {
  const beside = annotations === null ? null : await openBeside(annotations);
  for await (const row of rows) {
    if ('problem' in row) yield row;
    else yield beside === null ? { ...row, notes: [] } : await joined(beside, row);
  }
}

async function joined(
  beside: OpenBeside,
  row: Extract<ContainerRow, { fields: Fields }>,
): Promise<JoinedRow> {
  try {
    return { ...row, ...(await beside.join(row.fields)) };
  } catch (thrown) {
    if (!(thrown instanceof RowError)) throw thrown;
    return { line: row.line, problem: thrown.reason };
  }
}
