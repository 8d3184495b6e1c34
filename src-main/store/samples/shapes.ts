/** Questions and picture sizes of some samples, spread over all: what stands for the whole project. */
import { type ReadableDb, read } from '../db.ts';

export interface SampleShape {
  readonly question: string;
  /** Stored pixels. */
  readonly width: number;
  readonly height: number;
}

/** Pictures a sample, at most 1: questions share pictures. 1 in a project without samples. */
export function picturesPerSample(db: ReadableDb): number {
  const { samples, images } = read<{ samples: number; images: number }>(
    db,
    'SELECT (SELECT COUNT(*) FROM sample) AS samples, (SELECT COUNT(*) FROM image) AS images',
  ).get()!;
  return samples === 0 ? 1 : Math.min(1, images / samples);
}

/** Up to `most` of them. Looks up rows by their number, so a million samples make no difference. */
export function someShapes(db: ReadableDb, most: number): SampleShape[] {
  const { first, last } = read<{ first: number | null; last: number | null }>(
    db,
    'SELECT MIN(id) AS first, MAX(id) AS last FROM sample',
  ).get()!;
  if (first === null || last === null) return [];
  const next = read<SampleShape & { readonly id: number }>(
    db,
    `SELECT s.id, s.question, i.width, i.height FROM sample s JOIN image i ON i.id = s.image_id
     WHERE s.id >= ? ORDER BY s.id LIMIT 1`,
  );
  const step = Math.max(1, (last - first + 1) / most);
  const found: SampleShape[] = [];
  let taken = 0;
  for (let at = first; at <= last; at += step) {
    const row = next.get(Math.floor(at));
    if (row && row.id > taken) found.push({ question: row.question, width: row.width, height: row.height });
    taken = row?.id ?? taken;
  }
  return found;
}
