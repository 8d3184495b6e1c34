/** Groups of pictures that look nearly the same, or whose files have the same bytes. */
import {
  FILTER_IDS_MAX,
  NEAR_BARS,
  NEAR_GROUPS,
  NEAR_LEAST,
  NEAR_PICTURES,
  type NearDuplicates,
} from '../../../src-shared/contract/procedures.ts';
import { nearGroups } from '../../../src-shared/kernels/embeddings/near-groups.ts';
import type { ReadableDb } from '../../store/db.ts';
import { countPictures, samplesOfPictures } from '../../store/embeddings/samples.ts';
import type { EmbeddingIndex } from './embedding-index.ts';

/** Of more, nearest pictures are looked for down to the threshold only: the rest would take minutes. */
const WHOLE_HISTOGRAM = 20_000;

/**
 * @param between called now and then with how many contents are compared; what it throws ends the search
 * @returns what people see, and the pictures of every group, the largest first
 */
export function nearDuplicates(
  db: ReadableDb,
  index: EmbeddingIndex,
  threshold: number,
  between: (done: number) => void,
): { readonly found: Omit<NearDuplicates, 'kept'>; readonly groups: readonly (readonly number[])[] } {
  const { set, pictures, encoder, rowOf } = index;
  const floor = set.count <= WHOLE_HISTOGRAM ? NEAR_LEAST : threshold;
  const { groups: groupOf, nearest } = nearGroups(set, threshold, floor, between);
  const byGroup = new Map<number, number[]>();
  for (const [row, group] of groupOf.entries()) {
    const known = byGroup.get(group);
    if (known) known.push(row);
    else byGroup.set(group, [row]);
  }
  const groups = [...byGroup.values()]
    .map((rows) => ({
      pictures: rows.flatMap((row) => pictures[row]!).sort((a, b) => a - b),
      identical: rows.reduce((sum, row) => sum + (pictures[row]!.length > 1 ? pictures[row]!.length : 0), 0),
    }))
    .filter((group) => group.pictures.length > 1)
    .sort((a, b) => b.pictures.length - a.pictures.length || a.pictures[0]! - b.pictures[0]!);
  const bars = new Array<number>(NEAR_BARS).fill(0);
  for (const [row, of] of pictures.entries()) {
    const value = of.length > 1 ? 1 : nearest[row]!;
    const bar = Math.floor(((value - NEAR_LEAST) / (1 - NEAR_LEAST)) * NEAR_BARS);
    if (bar >= 0) bars[Math.min(bar, NEAR_BARS - 1)]! += of.length;
  }
  const all = groups.flatMap((group) => group.pictures);
  const list = groups.slice(0, NEAR_GROUPS).map(({ pictures: of, identical }) => {
    const { ids, count } = samplesOfPictures(db, of, FILTER_IDS_MAX);
    const shown = of.slice(0, NEAR_PICTURES);
    return { shown, pictures: of.length, identical, sampleIds: [...ids], samples: count };
  });
  const found = {
    model: encoder.model,
    threshold,
    compared: rowOf.size,
    without: countPictures(db) - rowOf.size,
    groups: groups.length,
    pictures: all.length,
    samples: samplesOfPictures(db, all, 0).count,
    identical: groups.reduce((sum, { identical }) => sum + identical, 0),
    bars,
    floor,
    list,
  };
  return { found, groups: groups.map((group) => group.pictures) };
}
