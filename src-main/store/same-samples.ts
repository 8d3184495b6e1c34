/** Whether two databases speak of the same samples: what was decided on one may only then be written to the other. */
import { type ReadableDb, read } from './db.ts';

const PAGE = 1000;

interface Row {
  readonly id: number;
  readonly external_id: string;
  readonly question: string;
}

/** True when every sample that both have under one id is the same in both: by the data's id and its question. */
export function sameSamples(a: ReadableDb, b: ReadableDb): boolean {
  const one = 'SELECT id, external_id, question FROM sample WHERE id = ?';
  const page = read<Row>(a, 'SELECT id, external_id, question FROM sample WHERE id > ? ORDER BY id LIMIT ?');
  for (let last = 0; ;) {
    const rows = page.all(last, PAGE);
    for (const row of rows) {
      const other = read<Row>(b, one).get(row.id);
      if (other && (other.external_id !== row.external_id || other.question !== row.question)) return false;
    }
    if (rows.length < PAGE) return true;
    last = rows[rows.length - 1]!.id;
  }
}
