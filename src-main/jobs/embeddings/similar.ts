/** Pictures like that of a sample, each with the first question about it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { SimilarPictures } from '../../../src-shared/contract/procedures.ts';
import { similarities } from '../../../src-shared/kernels/embeddings/similarity.ts';
import type { ReadableDb } from '../../store/db.ts';
import { countPictures, firstSamples } from '../../store/embeddings/samples.ts';
import { getSample } from '../../store/samples/sample.ts';
import type { EmbeddingIndex } from './embedding-index.ts';

/**
 * The `limit` pictures most like the sample's own, most alike first, equals by number. Pictures without an embedding are counted.
 * @throws FoveaError `not_found` without such a sample
 */
export function similarPictures(
  db: ReadableDb,
  index: EmbeddingIndex | null,
  sampleId: number,
  limit: number,
): SimilarPictures {
  const { imageId } = getSample(db, sampleId);
  const without = countPictures(db) - (index?.rowOf.size ?? 0);
  const row = index?.rowOf.get(imageId);
  if (!index || row === undefined) return { model: index?.encoder.model ?? null, without, found: null };
  const alike = nearestPictures(index, row, imageId, limit);
  const samples = firstSamples(
    db,
    alike.map(({ picture }) => picture),
  );
  const found = alike.flatMap(({ picture, similarity, identical }) => {
    const id = samples.get(picture);
    return id === undefined ? [] : [{ id, similarity, identical }];
  });
  return { model: index.encoder.model, without, found };
}

function nearestPictures(
  { set, pictures }: EmbeddingIndex,
  row: number,
  own: number,
  limit: number,
): { readonly picture: number; readonly similarity: number; readonly identical: boolean }[] {
  const all = similarities(set, row);
  // The least similarity that can be among the first ones: its own row is one of them.
  const least = all.toSorted().at(-Math.min(limit + 1, all.length))!;
  return Array.from(all.keys())
    .filter((at) => all[at]! >= least)
    .sort((a, b) => Number(b === row) - Number(a === row) || all[b]! - all[a]! || a - b)
    .flatMap((at) =>
      pictures[at]!.map((picture) => ({
        picture,
        similarity: at === row ? 1 : all[at]!,
        identical: at === row,
      })),
    )
    .filter(({ picture }) => picture !== own)
    .slice(0, limit);
}

/** @throws FoveaError `bad_input` where nothing was encoded */
export function requireIndex(index: EmbeddingIndex | null): EmbeddingIndex {
  if (index) return index;
  throw new FoveaError('bad_input', 'no picture of this project has an embedding yet', {
    next: 'Encode the pictures on the Embeddings page, or label samples: both make embeddings',
  });
}
