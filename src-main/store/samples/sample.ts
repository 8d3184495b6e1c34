/** Samples: one question about one picture, with the truth that came with the data (never shown to the method). */
import { z } from 'zod';
import { boxSchema } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { type ReadableDb, type SqlValue, type WritableDb, read, transact, write } from '../db.ts';
import { putBenchmark, type SampleBenchmark } from './benchmark.ts';
import { addSampleStates } from './state.ts';
import { searchText, writeSearch } from '../search/text.ts';

export interface NewSample {
  readonly externalId: string;
  readonly imageId: number;
  readonly question: string;
  readonly referenceAnswer: string | null;
  readonly truthBoxes: readonly SourceXyxy[];
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: readonly string[];
  /** Absent: it is of no benchmark. */
  readonly benchmark?: SampleBenchmark;
}

export interface Sample extends Omit<NewSample, 'benchmark'> {
  readonly id: number;
}

interface Row {
  readonly id: number;
  readonly external_id: string;
  readonly image_id: number;
  readonly question: string;
  readonly reference_answer: string | null;
  readonly truth_boxes: string;
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: string;
}

const boxesSchema = z.array(boxSchema);
const tagsSchema = z.array(z.string());

/** Adds a sample, or gives null when the same id, picture and question are there already. */
export function addSample(db: WritableDb, sample: NewSample): number | null {
  return addSamples(db, [sample])[0] ?? null;
}

/**
 * Adds samples, and what derives from them for all of them at once, in one transaction.
 * @returns for each its id, or null when the same id, picture and question are there already
 */
export function addSamples(db: WritableDb, samples: readonly NewSample[]): (number | null)[] {
  return transact(db, () => {
    const ids = write(
      db,
      `INSERT INTO sample (external_id, image_id, question, reference_answer, truth_boxes, language, split, tags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ).each(samples.map(rowOf));
    const texts: (readonly [number, string])[] = [];
    let tagged = false;
    for (const [i, id] of ids.entries()) {
      if (id === null) continue;
      const sample = samples[i]!;
      tagged ||= sample.tags.length > 0;
      if (sample.benchmark) putBenchmark(db, id, sample.benchmark);
      texts.push([id, textOf(sample)]);
    }
    const [first] = texts;
    if (first) deriveNew(db, first[0] - 1, texts.at(-1)![0], tagged);
    writeSearch(db, texts);
    return ids;
  });
}

function rowOf(sample: NewSample): SqlValue[] {
  return [
    sample.externalId,
    sample.imageId,
    sample.question,
    sample.referenceAnswer,
    sample.truthBoxes.length === 0 ? '[]' : JSON.stringify(sample.truthBoxes),
    sample.language,
    sample.split,
    sample.tags.length === 0 ? '[]' : JSON.stringify(sample.tags),
  ];
}

function textOf({ externalId, question, referenceAnswer }: NewSample): string {
  return searchText({ externalId, question, referenceAnswer, answer: null });
}

function deriveNew(db: WritableDb, after: number, upTo: number, tagged: boolean): void {
  if (tagged) {
    write(
      db,
      `INSERT OR IGNORE INTO sample_tag
       SELECT j.value, s.id FROM sample s, json_each(s.tags) j WHERE s.id > ? AND s.id <= ? ORDER BY 1, 2`,
    ).run(after, upTo);
  }
  addSampleStates(db, after, upTo);
}

/** Throws `not_found`. */
export function getSample(db: ReadableDb, id: number): Sample {
  const row = read<Row>(db, 'SELECT * FROM sample WHERE id = ?').get(id);
  if (!row) throw noSample(`sample ${id}`);
  return {
    id: row.id,
    externalId: row.external_id,
    imageId: row.image_id,
    question: row.question,
    referenceAnswer: row.reference_answer,
    truthBoxes: boxesSchema.parse(JSON.parse(row.truth_boxes)),
    language: row.language,
    split: row.split,
    tags: tagsSchema.parse(JSON.parse(row.tags)),
  };
}

/** Fovea's number of the sample with this id of the data. Throws `not_found`, and `bad_input` when several share it. */
export function sampleOfData(db: ReadableDb, named: string): number {
  const found = read<{ id: number }>(db, 'SELECT id FROM sample WHERE external_id = ? LIMIT 2').all(named);
  if (found.length > 1) {
    throw new FoveaError('bad_input', `several samples have the id ${JSON.stringify(named)}`, {
      next: 'Name the one that is meant by Fovea\'s own number: {"fovea": 12, …}',
    });
  }
  if (found.length === 1) return found[0].id;
  throw noSample(`sample with the id ${JSON.stringify(named)}`);
}

function noSample(what: string): FoveaError {
  return new FoveaError('not_found', `there is no ${what}`, {
    next: 'List the samples and take one of their ids',
  });
}
