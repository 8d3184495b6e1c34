/** Samples by tag. A sample can have many, so that each tag shown costs a walk over its samples. */
import { sampleStateSchema, type SampleState } from '../../../src-shared/contract/domain.ts';
import type { DashboardTags, SampleGroup } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { NAME_CHARACTERS } from '../shown-text.ts';

const MOST_TAGS = 12;
/** Tags of samples walked over at most; about 60 ms. One tag is always shown. */
const MOST_WALKED = 150_000;

/** Adding up in place: grouping would sort what is walked over. */
const SUMS = `COUNT(*) AS samples, COALESCE(SUM(t.dropped), 0) AS dropped,
  ${sampleStateSchema.options.map((state) => `COALESCE(SUM(t.state = '${state}'), 0) AS ${state}`).join(', ')}`;

type Row = Record<SampleState, number> & { readonly samples: number; readonly dropped: number };

export function dashboardTags(db: ReadableDb): DashboardTags {
  const tags = read<{ tag: string; n: number }>(
    db,
    `SELECT tag, COUNT(*) AS n FROM sample_tag WHERE length(tag) <= ${NAME_CHARACTERS} GROUP BY tag ORDER BY n DESC, tag`,
  ).all();
  if (tags.length === 0) return { groups: [], tags: 0 };
  const shown: string[] = [];
  let walked = 0;
  for (const { tag, n } of tags.slice(0, MOST_TAGS)) {
    walked += n;
    if (shown.length > 0 && walked > MOST_WALKED) break;
    shown.push(tag);
  }
  const groups = shown.map((tag) =>
    groupOf(
      tag,
      read<Row>(
        db,
        `SELECT ${SUMS} FROM sample_tag g CROSS JOIN sample_state t ON t.sample_id = g.sample_id WHERE g.tag = ?`,
      ).get(tag)!,
    ),
  );
  const untagged = groupOf(
    '',
    read<Row>(db, `SELECT ${SUMS} FROM sample_state t WHERE t.tag IS NULL`).get()!,
  );
  return { groups: untagged.samples > 0 ? [...groups, untagged] : groups, tags: tags.length };
}

function groupOf(name: string, { samples, dropped, ...byState }: Row): SampleGroup {
  return { name, samples, dropped, byState };
}
