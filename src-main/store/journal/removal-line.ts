/**
 * That samples were removed, as lines of the journal: one for each that was decided, tagged or whose answer was judged by somebody, by the data's own words, so that nobody
 * puts its decisions back unasked, and one with the numbers of all, for a copy of the database from before.
 */
import { z } from 'zod';
import { type ReadableDb, read } from '../db.ts';
import type { JournalLine } from './line.ts';

export const removedSampleSchema = z.object({
  journal: z.literal(1),
  removed: z.literal('sample'),
  at: z.string(),
  sample: z.string(),
  folder: z.string(),
  image: z.string(),
  question: z.string(),
});
export type RemovedSample = z.infer<typeof removedSampleSchema>;

export const removedRangesSchema = z.object({
  journal: z.literal(1),
  removed: z.literal('numbers'),
  at: z.string(),
  /** When the project was made: numbers mean nothing in another one. */
  project: z.string(),
  /** First and last number of each stretch. */
  ranges: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type RemovedRanges = z.infer<typeof removedRangesSchema>;

export type RemovalLine = RemovedSample | RemovedRanges;
const removalLineSchema = z.union([removedSampleSchema, removedRangesSchema]);

/** The lines of a chunk that is about to be removed. @param ids ascending */
export function removalLines(db: ReadableDb, ids: readonly number[]): RemovalLine[] {
  const at = new Date().toISOString();
  const decided = read<Omit<RemovedSample, 'journal' | 'removed' | 'at'>>(
    db,
    `SELECT s.external_id AS sample, f.path AS folder, i.path AS image, s.question
     FROM json_each(?) j JOIN sample s ON s.id = j.value JOIN image i ON i.id = s.image_id
       JOIN root f ON f.id = i.root_id
     WHERE EXISTS (SELECT 1 FROM review r WHERE r.sample_id = s.id)
       OR EXISTS (SELECT 1 FROM tag_change c WHERE c.sample_id = s.id)
       OR EXISTS (SELECT 1 FROM answer_verdict v WHERE v.sample_id = s.id)`,
  ).all(JSON.stringify(ids));
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last?.[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  const project = read<{ at: string }>(db, 'SELECT created_at AS at FROM project').get()!.at;
  return [
    ...decided.map((words): RemovedSample => ({ journal: 1, removed: 'sample', at, ...words })),
    { journal: 1, removed: 'numbers', at, project, ranges },
  ];
}

/** A line that says so, or null. */
export function parseRemovalLine(text: string): RemovalLine | null {
  if (!text.includes('"removed"')) return null;
  try {
    return removalLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Which decisions are of samples that were removed after them. */
export class Removed {
  readonly #at = new Map<string, string>();
  readonly ranges: RemovedRanges[] = [];

  add(line: RemovalLine): void {
    if (line.removed === 'numbers') this.ranges.push(line);
    else this.#at.set(keyOf(line), line.at);
  }

  /** Times are text that sorts. */
  has(line: Pick<JournalLine, 'at' | 'sample' | 'image' | 'question'>): boolean {
    const at = this.#at.get(keyOf(line));
    return at !== undefined && line.at <= at;
  }
}

/** Whether a database holds a sample under a number that was taken away: somebody put it back on purpose. */
export function isPutBack(removed: Removed, project: string, sampleId: number): boolean {
  return removed.ranges.some(
    (line) =>
      line.project === project && line.ranges.some(([first, last]) => first <= sampleId && sampleId <= last),
  );
}

function keyOf({ sample, image, question }: Pick<JournalLine, 'sample' | 'image' | 'question'>): string {
  return JSON.stringify([sample, image, question]);
}
