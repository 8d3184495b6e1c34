/**
 * Boxes that others proposed for samples, by the name of their source. A file of them takes the place of all that its source said
 * before, at once: it goes in under a draft that nobody sees, and the draft becomes the source when it is whole.
 */
import { z } from 'zod';
import { boxSchema } from '../../../src-shared/contract/domain.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** What one source proposes for one sample. */
export interface Proposal {
  readonly source: string;
  /** Source pixels, xyxy, exclusive maxima. */
  readonly boxes: readonly SourceXyxy[];
  /** One for each box, in the source's own unit; null: it gives none. */
  readonly scores: readonly number[] | null;
}

/** A sample that a line may name, with [width, height] of its picture. */
export interface NamedSample {
  readonly id: number;
  readonly size: readonly [width: number, height: number];
}

/** Rows taken away at a time. */
const CHUNK = 1000;

const boxesSchema = z.array(boxSchema);
const scoresSchema = z.array(z.number());

/** Up to two samples that a line names: by the data's own id, or by Fovea's number. */
export function samplesNamed(db: ReadableDb, name: { sample: string } | { fovea: number }): NamedSample[] {
  const [where, value] = 'sample' in name ? ['s.external_id = ?', name.sample] : ['s.id = ?', name.fovea];
  return read<{ id: number; width: number; height: number }>(
    db,
    `SELECT s.id, i.width, i.height FROM sample s JOIN image i ON i.id = s.image_id WHERE ${where} LIMIT 2`,
  )
    .all(value)
    .map(({ id, width, height }) => ({ id, size: [width, height] }));
}

/** Begins what takes a source's place, in the caller's transaction. @returns the draft's id */
export function beginDraft(db: WritableDb, name: string, file: string): number {
  return write(db, 'INSERT INTO proposal_source (name, file, imported_at) VALUES (?, ?, ?)').run(
    name,
    file,
    new Date().toISOString(),
  ).lastId;
}

/** Adds to a draft, in the caller's transaction. @returns false where the sample has boxes of it already */
export function addProposal(
  db: WritableDb,
  draft: number,
  sampleId: number,
  { boxes, scores }: Pick<Proposal, 'boxes' | 'scores'>,
): boolean {
  const { changes } = write(
    db,
    'INSERT INTO proposal (sample_id, source_id, boxes, scores) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ).run(sampleId, draft, JSON.stringify(boxes), scores && JSON.stringify(scores));
  return changes > 0;
}

/** Drafts become the sources of their names; what had these names is nobody's from now on. All at once. */
export function publishDrafts(db: WritableDb, drafts: readonly number[]): void {
  const ids = JSON.stringify(drafts);
  transact(db, () => {
    write(
      db,
      `UPDATE proposal_source SET complete = 0 WHERE complete = 1 AND name IN
         (SELECT name FROM proposal_source WHERE id IN (SELECT value FROM json_each(?)))`,
    ).run(ids);
    write(db, 'UPDATE proposal_source SET complete = 1 WHERE id IN (SELECT value FROM json_each(?))').run(
      ids,
    );
  });
}

/**
 * Takes away some rows of drafts up to `last` that were given up, or whose place was taken.
 * @returns whether there may be more
 */
export function dropSome(db: WritableDb, last: number): boolean {
  return transact(db, () => {
    const { changes } = write(
      db,
      `DELETE FROM proposal WHERE (sample_id, source_id) IN (
         SELECT sample_id, source_id FROM proposal WHERE source_id IN
           (SELECT id FROM proposal_source WHERE complete = 0 AND id <= ?) LIMIT ?)`,
    ).run(last, CHUNK);
    if (changes === CHUNK) return true;
    write(db, 'DELETE FROM proposal_source WHERE complete = 0 AND id <= ?').run(last);
    return false;
  });
}

/** What is proposed for a sample, in the order of the sources' names. */
export function proposalsOf(db: ReadableDb, sampleId: number): Proposal[] {
  return read<{ name: string; boxes: string; scores: string | null }>(
    db,
    `SELECT q.name, p.boxes, p.scores FROM proposal p JOIN proposal_source q ON q.id = p.source_id
     WHERE p.sample_id = ? AND q.complete = 1 ORDER BY q.name`,
  )
    .all(sampleId)
    .map(({ name, boxes, scores }) => ({
      source: name,
      boxes: boxesSchema.parse(JSON.parse(boxes)),
      scores: scores === null ? null : scoresSchema.parse(JSON.parse(scores)),
    }));
}
