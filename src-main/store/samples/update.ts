/**
 * Brings a sample up to date with its data: an import of rows that are in the project takes over what the file says
 * otherwise. What the file does not say stays; decisions, labels, flags, notes and what people said of tags are not touched.
 */
import { type WritableDb, read, write } from '../db.ts';
import { putBenchmark } from './benchmark.ts';
import { refreshSampleState } from './state.ts';
import { withTagChanges } from './tag.ts';
import type { NewSample } from './sample.ts';

/** What a file may correct; id, picture and question say which sample it is. */
export type Corrected = 'answer' | 'benchmark' | 'boxes' | 'language' | 'split' | 'tags';

interface Row {
  readonly id: number;
  readonly reference_answer: string | null;
  readonly truth_boxes: string;
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: string;
}

/**
 * Takes over what `sample` says otherwise than the one with the same id, picture and question, in the caller's
 * transaction. An empty answer, name or list says nothing.
 * @returns its number and what was corrected; null when there is no such sample
 */
export function updateSample(
  db: WritableDb,
  sample: NewSample,
): { readonly id: number; readonly corrected: readonly Corrected[] } | null {
  const { externalId, imageId, question } = sample;
  const before = read<Row>(
    db,
    `SELECT id, reference_answer, truth_boxes, language, split, tags FROM sample
     WHERE external_id = ? AND image_id = ? AND question = ?`,
  ).get(externalId, imageId, question);
  if (!before) return null;
  const now = {
    answer: sample.referenceAnswer ?? before.reference_answer,
    boxes: sample.truthBoxes.length > 0 ? JSON.stringify(sample.truthBoxes) : before.truth_boxes,
    language: sample.language ?? before.language,
    split: sample.split ?? before.split,
    tags: sample.tags.length > 0 ? JSON.stringify(withTagChanges(db, before.id, sample.tags)) : before.tags,
  };
  const was = {
    answer: before.reference_answer,
    boxes: before.truth_boxes,
    language: before.language,
    split: before.split,
    tags: before.tags,
  };
  const inRow = (Object.keys(now) as (keyof typeof now)[]).filter((what) => now[what] !== was[what]);
  const ofBenchmark = sample.benchmark !== undefined && putBenchmark(db, before.id, sample.benchmark);
  const corrected: Corrected[] = ofBenchmark ? [...inRow, 'benchmark'] : inRow;
  if (inRow.length === 0) {
    // Its answers count by other truths from now on.
    if (ofBenchmark) refreshSampleState(db, before.id);
    return { id: before.id, corrected };
  }
  write(
    db,
    'UPDATE sample SET reference_answer = ?, truth_boxes = ?, language = ?, split = ?, tags = ? WHERE id = ?',
  ).run(now.answer, now.boxes, now.language, now.split, now.tags, before.id);
  if (corrected.includes('tags')) {
    write(db, 'DELETE FROM sample_tag WHERE sample_id = ?').run(before.id);
    write(db, 'INSERT OR IGNORE INTO sample_tag SELECT value, ? FROM json_each(?)').run(before.id, now.tags);
  }
  refreshSampleState(db, before.id);
  return { id: before.id, corrected };
}
