/** What an export would be made of: splits dealt out by a seed, and how decisions, answers, tags, languages and flags are spread over them. */
import type { ExportChoices, SplitWish } from '../../../src-shared/contract/export-formats.ts';
import type { ExportPlan } from '../../../src-shared/contract/procedures.ts';
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import { splitGroups } from '../../../src-shared/kernels/split-groups.ts';
import type { ReadableDb } from '../../store/db.ts';
import { exportRows, type ExportRow } from '../../store/exchange/export-rows.ts';

/** Values of a facet that are told one by one. */
const MOST_VALUES = 20;

const FACETS = ['state', 'answer', 'tag', 'language', 'flag'] as const;
type Facet = (typeof FACETS)[number];

const PARTS = ['train', 'val', 'test'] as const;

type Chosen = Pick<ExportChoices, 'scope' | 'includeUnreviewed' | 'audit' | 'splits'>;

/** States of samples that go out. */
function statesOf({ includeUnreviewed, audit }: Chosen): SampleState[] {
  return [
    'accepted',
    'corrected',
    ...(includeUnreviewed ? (['pending'] as const) : []),
    ...(audit ? (['rejected'] as const) : []),
  ];
}

/** The split of each sample that goes out; null: it keeps the one that it came with. */
export function splitsOf(db: ReadableDb, chosen: Chosen): ReadonlyMap<number, string> | null {
  if (chosen.splits === null) return null;
  return deal(exportRows(db, chosen.scope, statesOf(chosen)), chosen.splits);
}

/** What would go out, as far as the samples' states tell. */
export function planExport(db: ReadableDb, chosen: Chosen): ExportPlan {
  const rows = exportRows(db, chosen.scope, statesOf(chosen));
  const dealt = chosen.splits && deal(rows, chosen.splits);
  const splitOf = (row: ExportRow): string | null => (dealt ? dealt.get(row.id)! : row.split);
  const splits = tally(rows, splitOf, () => 0);
  const names = splits.map(({ value }) => value);
  const facet = (of: Facet) => {
    const counts = tally(
      rows,
      (row) => row[of],
      (row) => names.indexOf(splitOf(row)),
      names.length,
    );
    const told = counts.slice(0, MOST_VALUES);
    const others = counts.slice(MOST_VALUES);
    return {
      of,
      values: told,
      others: { values: others.length, samples: others.reduce((sum, { samples }) => sum + samples, 0) },
    };
  };
  return {
    samples: rows.length,
    splits: splits.map(({ value, samples }) => ({ name: value, samples })),
    facets: FACETS.map(facet),
  };
}

/** How often each value comes, the most frequent first, and in each of `columns` places. */
function tally(
  rows: readonly ExportRow[],
  valueOf: (row: ExportRow) => string | null,
  placeOf: (row: ExportRow) => number,
  columns = 1,
) {
  const counts = new Map<string | null, { value: string | null; samples: number; bySplit: number[] }>();
  for (const row of rows) {
    const value = valueOf(row);
    let found = counts.get(value);
    if (!found) counts.set(value, (found = { value, samples: 0, bySplit: Array<number>(columns).fill(0) }));
    found.samples++;
    found.bySplit[placeOf(row)]!++;
  }
  return [...counts.values()].sort(
    (a, b) => b.samples - a.samples || ((a.value ?? '') < (b.value ?? '') ? -1 : 1),
  );
}

/** Samples of one picture, or of pictures with the same bytes, go together; a group counts for its first sample's facet. */
function deal(rows: readonly ExportRow[], { shares, seed, by }: SplitWish): Map<number, string> {
  const groupOf = new Map<string, number>();
  const groups: { size: number; stratum: string }[] = [];
  const of = rows.map((row) => {
    const [image, bytes] = [`image ${row.imageId}`, row.sha256 === null ? null : `bytes ${row.sha256}`];
    let group = groupOf.get(image) ?? (bytes === null ? undefined : groupOf.get(bytes));
    if (group === undefined) {
      group = groups.length;
      groups.push({ size: 0, stratum: by === 'none' ? '' : (row[by] ?? '') });
    }
    groupOf.set(image, group);
    if (bytes !== null) groupOf.set(bytes, group);
    groups[group]!.size++;
    return group;
  });
  const dealt = splitGroups(
    groups,
    PARTS.map((part) => shares[part]),
    seed,
  );
  return new Map(rows.map(({ id }, i) => [id, PARTS[dealt[of[i]!]!]!]));
}
