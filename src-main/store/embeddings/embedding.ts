/** Embeddings of the project's pictures. */
import type { Embedding } from '../../../src-shared/kernels/embeddings/embed.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** A picture with its embedding. */
export interface EmbeddedPicture extends Embedding {
  readonly imageId: number;
  /** The same for pictures whose files have the same bytes. */
  readonly embeddingId: number;
}

interface Row {
  readonly imageId: number;
  readonly embeddingId: number;
  readonly scale: number;
  readonly data: Uint8Array;
}

/** Keeps the embedding of a picture's content, unless one is there: the same content has the same. */
export function putEmbedding(
  db: WritableDb,
  encoder: number,
  content: Uint8Array,
  { scale, data }: Embedding,
): void {
  write(
    db,
    `INSERT INTO maps.embedding (encoder_id, content, scale, data) VALUES (?, ?, ?, ?)
     ON CONFLICT (encoder_id, content) DO NOTHING`,
  ).run(encoder, content, scale, new Uint8Array(data.buffer, data.byteOffset, data.length));
}

export function hasEmbedding(db: ReadableDb, encoder: number, content: Uint8Array): boolean {
  const sql = 'SELECT 1 FROM maps.embedding WHERE encoder_id = ? AND content = ?';
  return read(db, sql).get(encoder, content) !== undefined;
}

/** Pictures of the project with their embeddings, up to `limit` after picture `after`, by number. */
export function embeddedPictures(
  db: ReadableDb,
  encoder: number,
  after: number,
  limit: number,
): EmbeddedPicture[] {
  return read<Row>(
    db,
    `SELECT i.id AS imageId, e.id AS embeddingId, e.scale, e.data FROM image i
     JOIN maps.embedding e ON e.encoder_id = ? AND e.content = i.sha256
     WHERE i.id > ? ORDER BY i.id LIMIT ?`,
  )
    .all(encoder, after, limit)
    .map(({ data, ...row }) => ({ ...row, data: new Int8Array(data.buffer, data.byteOffset, data.length) }));
}

/**
 * Changes with whatever changes which picture has which embedding: new embeddings, pictures that come, go or are replaced. Goes
 * through the pictures: for threads.
 */
export function embeddingsState(db: ReadableDb): string {
  const row = read<Record<string, number | null>>(
    db,
    `SELECT (SELECT MAX(id) FROM maps.embedding) AS newest, COUNT(*) AS pictures, MAX(id) AS last, TOTAL(version) AS versions,
       COUNT(sha256) AS known FROM image`,
  ).get();
  return JSON.stringify(row);
}

/** One sample of each picture without an embedding of this encoder, the first one; null: of no encoder at all. By number of the picture. */
export function samplesWithoutEmbedding(db: ReadableDb, encoder: number | null): number[] {
  return read<{ id: number }>(
    db,
    `SELECT MIN(s.id) AS id FROM image i JOIN sample s ON s.image_id = i.id
     WHERE NOT EXISTS (SELECT 1 FROM maps.embedding e WHERE e.encoder_id = ? AND e.content = i.sha256)
     GROUP BY i.id ORDER BY i.id`,
  )
    .all(encoder)
    .map(({ id }) => id);
}

/** Forgets embeddings of what is no picture of the project any more. */
export function forgetStrayEmbeddings(db: WritableDb): void {
  const gone = 'content NOT IN (SELECT sha256 FROM image WHERE sha256 IS NOT NULL)';
  write(db, `DELETE FROM maps.embedding WHERE ${gone}`).run();
  write(db, `DELETE FROM maps.near_duplicate WHERE ${gone}`).run();
}
