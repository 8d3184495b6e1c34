/** Pictures that may be copies of each other: as many bytes, as wide and as high. */
import { type ReadableDb, read } from '../db.ts';

/** A picture that another one may be a copy of. */
export interface Lookalike {
  readonly id: number;
  readonly rootId: number;
  /** Relative to the root. */
  readonly path: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly mtimeMs: number;
  readonly sha256: Uint8Array | null;
  readonly version: number;
  /** 1: a sample of the import shows it. */
  readonly own: 0 | 1;
}

/** Pictures of a project, as far as `most`. */
export function countPictures(db: ReadableDb, most: number): number {
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM (SELECT 1 FROM image LIMIT ?)').get(most)!.n;
}

/** Rows that are held at a time. */
const MOST_ROWS = 200_000;

const SEVERAL = `WITH own AS (SELECT DISTINCT s.image_id AS id FROM import_range r
    JOIN sample s ON s.id BETWEEN r.first_id AND r.last_id WHERE r.import_id = ?),
  several AS (SELECT bytes, width, height, MAX(id IN (SELECT id FROM own)) AS any_own
    FROM image GROUP BY bytes, width, height HAVING COUNT(*) > 1)`;

/**
 * Those of which one at least belongs to the import, in groups, older pictures first; reads all pictures once.
 * @returns the groups, and how many pictures of the import are in groups beyond them
 */
export function lookalikes(
  db: ReadableDb,
  importId: number,
): { readonly groups: readonly Lookalike[][]; readonly beyond: number } {
  const rows = read<Lookalike>(
    db,
    `${SEVERAL} SELECT i.id, i.root_id AS rootId, i.path, i.bytes, i.width, i.height, i.mtime_ms AS mtimeMs, i.sha256,
       i.version, i.id IN (SELECT id FROM own) AS own
     FROM several s JOIN image i ON i.bytes = s.bytes AND i.width = s.width AND i.height = s.height
     WHERE s.any_own ORDER BY i.bytes, i.width, i.height, i.id LIMIT ?`,
  ).all(importId, MOST_ROWS);
  const groups: Lookalike[][] = [];
  for (const picture of rows) {
    const before = groups.at(-1)?.[0];
    const same =
      before?.bytes === picture.bytes && before.width === picture.width && before.height === picture.height;
    if (same) groups.at(-1)!.push(picture);
    else groups.push([picture]);
  }
  if (rows.length < MOST_ROWS) return { groups, beyond: 0 };
  const { own } = read<{ own: number }>(
    db,
    `${SEVERAL} SELECT COUNT(*) AS own FROM several s JOIN image i
       ON i.bytes = s.bytes AND i.width = s.width AND i.height = s.height WHERE i.id IN (SELECT id FROM own)`,
  ).get(importId)!;
  return { groups, beyond: own - rows.filter((row) => row.own === 1).length };
}
