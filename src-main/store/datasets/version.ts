/** Versions of the data set: frozen lists of samples, known by a hash over their lines. */
import { createHash } from 'node:crypto';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  type DatasetCard,
  datasetCardSchema,
  type DatasetVersion,
} from '../../../src-shared/contract/datasets.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** Lines that are read at a time. */
const PAGE = 1000;

interface Row {
  readonly id: number;
  readonly name: string;
  readonly sha256: Uint8Array;
  readonly card: string;
  readonly reviewer: string;
  readonly createdAt: string;
}

const COLUMNS = 'id, name, sha256, card, reviewer, created_at AS createdAt';

/** A sample of a version: its number, and what it was when it was frozen, as canonical JSON. */
export interface FrozenLine {
  readonly sampleId: number;
  readonly line: string;
}

export interface NewDatasetVersion {
  readonly name: string;
  readonly card: DatasetCard;
  readonly reviewer: string;
}

/**
 * Adds a version with these lines, ascending by sample, in one transaction. Its hash is SHA-256 over the lines, each with a line feed.
 * Throws `conflict` for a name that is taken, `bad_input` when there is not one line.
 */
export function addDatasetVersion(
  db: WritableDb,
  { name, card, reviewer }: NewDatasetVersion,
  lines: Iterable<FrozenLine>,
): DatasetVersion {
  return transact(db, () => {
    if (read(db, 'SELECT 1 FROM dataset_version WHERE name = ?').get(name)) {
      throw new FoveaError('conflict', `there is a version "${name}" already`, { next: 'Give another name' });
    }
    const { lastId } = write(
      db,
      'INSERT INTO dataset_version (name, sha256, card, reviewer, created_at) VALUES (?, zeroblob(32), ?, ?, ?)',
    ).run(name, JSON.stringify(card), reviewer, new Date().toISOString());
    const hash = createHash('sha256');
    const insert = write(db, 'INSERT INTO dataset_sample (version_id, sample_id, line) VALUES (?, ?, ?)');
    let samples = 0;
    for (const { sampleId, line } of lines) {
      insert.run(lastId, sampleId, line);
      hash.update(`${line}\n`);
      samples++;
    }
    if (samples === 0) {
      throw new FoveaError('bad_input', 'there is no sample to freeze', {
        next: 'Accept or correct some, or take unreviewed ones as well',
      });
    }
    write(db, 'UPDATE dataset_version SET sha256 = ? WHERE id = ?').run(hash.digest(), lastId);
    return datasetVersion(db, name);
  });
}

/** The newest first. */
export function datasetVersions(db: ReadableDb): DatasetVersion[] {
  return read<Row>(db, `SELECT ${COLUMNS} FROM dataset_version ORDER BY id DESC`).all().map(toVersion);
}

/** Throws `not_found`. */
export function datasetVersion(db: ReadableDb, name: string): DatasetVersion {
  const row = read<Row>(db, `SELECT ${COLUMNS} FROM dataset_version WHERE name = ?`).get(name);
  if (row) return toVersion(row);
  throw new FoveaError('not_found', `there is no version "${name}" of the data set`, {
    next: 'fovea dataset list says which there are',
  });
}

/** The version's lines, ascending by sample. */
export function* frozenLines(db: ReadableDb, versionId: number): Generator<FrozenLine> {
  for (let last = 0; ;) {
    const page = read<FrozenLine>(
      db,
      `SELECT sample_id AS sampleId, line FROM dataset_sample
       WHERE version_id = ? AND sample_id > ? ORDER BY sample_id LIMIT ${PAGE}`,
    ).all(versionId, last);
    if (page.length === 0) return;
    yield* page;
    last = page.at(-1)!.sampleId;
  }
}

function toVersion({ sha256, card, ...row }: Row): DatasetVersion {
  return {
    ...row,
    sha256: Buffer.from(sha256).toString('hex'),
    card: datasetCardSchema.parse(JSON.parse(card)),
  };
}
