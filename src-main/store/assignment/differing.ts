/** Samples on which reviewers differ and that wait for an adjudicator, those furthest apart first. */
import { type Differing, DIFFERING_MOST } from '../../../src-shared/contract/procedures/people.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { wordsBySample, type Word } from './words.ts';

/** Samples that all decided to whom they were dealt, differently, and on which nobody else's word stands. */
const DIFFERING = `
SELECT w.sample_id FROM (
  SELECT d.sample_id FROM dealt d LEFT JOIN review v ON v.id = d.review_id
  WHERE d.sample_id > ? AND (? IS NULL OR d.deal_id = ?) GROUP BY d.sample_id
  HAVING COUNT(*) > 1 AND COUNT(*) = COUNT(v.id)
    AND (COUNT(DISTINCT v.decision) > 1 OR COUNT(DISTINCT v.label) > 1)) w
JOIN sample_state t ON t.sample_id = w.sample_id AND t.review_id IS NULL
ORDER BY w.sample_id LIMIT 500`;

/**
 * How many there are, and the {@link DIFFERING_MOST} furthest apart; equals in list order. Every one is compared: labels are read page by
 * page, and only what may be told is kept.
 * @param deal the round; null: all of them
 */
export function differing(
  db: ReadableDb,
  deal: number | null,
): { readonly total: number; readonly samples: Differing[] } {
  let total = 0;
  let worst: Pick<Differing, 'sampleId' | 'difference' | 'decisions'>[] = [];
  for (const words of wordsBySample(db, DIFFERING, deal)) {
    total++;
    const decisions = words.map(({ reviewer, decision }) => ({ reviewer, decision }));
    worst.push({ sampleId: words[0]!.sampleId, difference: differenceOf(words), decisions });
    if (worst.length > 2 * DIFFERING_MOST) worst = furthest(worst);
  }
  const named = read<{ externalId: string; question: string }>(
    db,
    'SELECT external_id AS externalId, question FROM sample WHERE id = ?',
  );
  const samples = furthest(worst).map((one) => ({ ...named.get(one.sampleId)!, ...one }));
  return { total, samples };
}

function furthest<T extends Pick<Differing, 'sampleId' | 'difference'>>(samples: readonly T[]): T[] {
  return samples
    .toSorted((a, b) => b.difference - a.difference || a.sampleId - b.sampleId)
    .slice(0, DIFFERING_MOST);
}

/** Mean over every two: see `differingSchema`. */
export function differenceOf(words: readonly Pick<Word, 'label'>[]): number {
  const labels = words.map(({ label }) => label && bytesToLabels(label));
  let [sum, pairs] = [0, 0];
  labels.forEach((one, i) => {
    for (const other of labels.slice(i + 1)) {
      sum += apart(one, other);
      pairs++;
    }
  });
  return pairs === 0 ? 0 : sum / pairs;
}

/** 1 − IoU of the foreground; labels on grids of another size have nothing in common. */
function apart(one: Int8Array | null, other: Int8Array | null): number {
  if (one === null || other === null) return one === other ? 0 : 1;
  if (one.length !== other.length) return 1;
  let [both, either] = [0, 0];
  one.forEach((value, at) => {
    const [mine, theirs] = [value === FG, other[at] === FG];
    if (mine && theirs) both++;
    if (mine || theirs) either++;
  });
  return either === 0 ? 0 : 1 - both / either;
}
