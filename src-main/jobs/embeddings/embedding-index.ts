/** All embeddings of one encoder, in memory, ready to be compared: 136 bytes a picture. */
import { EMBEDDING_SIZE } from '../../../src-shared/kernels/embeddings/embed.ts';
import { centred, type CentredSet } from '../../../src-shared/kernels/embeddings/similarity.ts';
import type { ReadableDb } from '../../store/db.ts';
import { embeddedPictures } from '../../store/embeddings/embedding.ts';
import { type Encoder, shownEncoder } from '../../store/embeddings/encoder.ts';

export interface EmbeddingIndex {
  readonly encoder: Encoder;
  /** A row for each content. */
  readonly set: CentredSet;
  /** Row of each picture. */
  readonly rowOf: ReadonlyMap<number, number>;
  /** Pictures of each row: more than one where files have the same bytes. Ascending. */
  readonly pictures: readonly (readonly number[])[];
}

const AT_ONCE = 10_000;

/** Null: no picture of the project has an embedding. */
export function loadIndex(db: ReadableDb): EmbeddingIndex | null {
  const encoder = shownEncoder(db);
  if (!encoder) return null;
  const rows = new Map<number, number>();
  const rowOf = new Map<number, number>();
  const pictures: number[][] = [];
  const scales: number[] = [];
  const parts: Int8Array[] = [];
  for (let after = -1; ;) {
    const found = embeddedPictures(db, encoder.id, after, AT_ONCE);
    for (const { imageId, embeddingId, scale, data } of found) {
      let row = rows.get(embeddingId);
      if (row === undefined) {
        row = pictures.length;
        rows.set(embeddingId, row);
        pictures.push([]);
        scales.push(scale);
        parts.push(data);
      }
      pictures[row]!.push(imageId);
      rowOf.set(imageId, row);
    }
    if (found.length < AT_ONCE) break;
    after = found.at(-1)!.imageId;
  }
  const data = new Int8Array(parts.length * EMBEDDING_SIZE);
  for (const [row, part] of parts.entries()) data.set(part, row * EMBEDDING_SIZE);
  const set = centred({ count: parts.length, data, scales: Float32Array.from(scales) });
  return { encoder, set, rowOf, pictures };
}
