/** How many samples are where: states, drops, reviewers, batches, languages and splits. Counts come off indexes. */
import type { SampleState } from '../../../src-shared/contract/domain.ts';
import type { DashboardCounts, SampleGroup } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { FAILED } from '../samples/where.ts';

/** Batches that are listed; older ones are reached by filter. */
const LATEST_BATCHES = 5;

interface Row {
  readonly state: SampleState;
  readonly dropped: number;
  readonly language: string | null;
  readonly split: string | null;
  readonly n: number;
}

export function dashboardCounts(db: ReadableDb): DashboardCounts {
  const rows = read<Row>(
    db,
    `SELECT state, dropped, language, split, COUNT(*) AS n FROM sample_state
     GROUP BY state, dropped, language, split`,
  ).all();
  const { samples, dropped, byState } = groupOf('', rows);
  const untold = read<{ failed: number; n: number }>(
    db,
    `SELECT t.sample_id IN (${FAILED}) AS failed, COUNT(*) AS n FROM sample_state t
     WHERE t.prediction_id IS NULL GROUP BY 1`,
  ).all();
  const failed = untold.find((row) => row.failed === 1)?.n ?? 0;
  const waiting = untold.find((row) => row.failed === 0)?.n ?? 0;
  const agreement = read<{ agreement: 'agree' | 'differ'; n: number }>(
    db,
    'SELECT agreement, COUNT(*) AS n FROM sample_state WHERE agreement IS NOT NULL GROUP BY agreement',
  ).all();
  return {
    samples,
    byState,
    labelled: samples - failed - waiting,
    failed,
    waiting,
    dropped,
    dropRules: read<DashboardCounts['dropRules'][number]>(
      db,
      `SELECT drop_rule AS rule, COUNT(*) AS samples FROM sample_state WHERE drop_rule IS NOT NULL
       GROUP BY drop_rule ORDER BY samples DESC, rule`,
    ).all(),
    reviewers: read<DashboardCounts['reviewers'][number]>(
      db,
      `SELECT reviewer AS name, SUM(state = 'accepted') AS accepted, SUM(state = 'corrected') AS corrected,
         SUM(state = 'rejected') AS rejected
       FROM sample_state WHERE reviewer IS NOT NULL GROUP BY reviewer ORDER BY COUNT(*) DESC, reviewer`,
    ).all(),
    agreement: {
      agree: agreement.find((row) => row.agreement === 'agree')?.n ?? 0,
      differ: agreement.find((row) => row.agreement === 'differ')?.n ?? 0,
    },
    batches: read<DashboardCounts['batches'][number]>(
      db,
      `SELECT b.id, b.decision, COUNT(i.sample_id) AS samples
       FROM (SELECT id, decision FROM batch WHERE state IN ('applying', 'applied') ORDER BY id DESC
             LIMIT ${LATEST_BATCHES}) b
       LEFT JOIN batch_item i ON i.batch_id = b.id AND i.outcome = 'accepted'
       GROUP BY b.id ORDER BY b.id DESC`,
    ).all(),
    languages: groupsBy(rows, ({ language }) => language ?? ''),
    splits: groupsBy(rows, ({ split }) => split ?? ''),
  };
}

/** Adds up rows of one group. */
function groupOf(name: string, rows: readonly Row[]): SampleGroup {
  const byState = { unlabelled: 0, pending: 0, accepted: 0, corrected: 0, rejected: 0 };
  let samples = 0;
  let dropped = 0;
  for (const row of rows) {
    byState[row.state] += row.n;
    samples += row.n;
    if (row.dropped) dropped += row.n;
  }
  return { name, samples, dropped, byState };
}

/** Largest first; what has no name comes last. */
function groupsBy(rows: readonly Row[], nameOf: (row: Row) => string): SampleGroup[] {
  const byName = Map.groupBy(rows, nameOf);
  return [...byName]
    .map(([name, members]) => groupOf(name, members))
    .sort(
      (a, b) =>
        Number(a.name === '') - Number(b.name === '') || b.samples - a.samples || (a.name < b.name ? -1 : 1),
    );
}
