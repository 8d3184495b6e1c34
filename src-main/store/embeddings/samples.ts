/** Samples of pictures, as what compares pictures shows them. */
import { type ReadableDb, read } from '../db.ts';

/** How many pictures the project has. */
export function countPictures(db: ReadableDb): number {
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM image').get()!.n;
}

/** The first sample of each of these pictures. */
export function firstSamples(db: ReadableDb, pictures: readonly number[]): Map<number, number> {
  const rows = read<{ picture: number; id: number }>(
    db,
    `SELECT s.image_id AS picture, MIN(s.id) AS id FROM json_each(?) j JOIN sample s ON s.image_id = j.value
     GROUP BY s.image_id`,
  ).all(JSON.stringify(pictures));
  return new Map(rows.map(({ picture, id }) => [picture, id]));
}

/** Up to `limit` samples of these pictures, by picture in the order given, and how many there are. */
export function samplesOfPictures(
  db: ReadableDb,
  pictures: readonly number[],
  limit: number,
): { readonly ids: readonly number[]; readonly count: number } {
  const json = JSON.stringify(pictures);
  const from = 'FROM json_each(?) j JOIN sample s ON s.image_id = j.value';
  const { count } = read<{ count: number }>(db, `SELECT COUNT(*) AS count ${from}`).get(json)!;
  const rows = read<{ id: number }>(db, `SELECT s.id ${from} ORDER BY j.key, s.id LIMIT ?`).all(json, limit);
  return { ids: rows.map(({ id }) => id), count };
}
