/** How fast a person decides, breaks left out. What a batch accepted took no looking and does not count. */
import {
  SPEED_BREAK_MS,
  SPEED_DECISIONS,
  type DashboardSpeed,
} from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';

/** Fewer times between decisions than this say nothing. */
const FEWEST = 5;

export function dashboardSpeed(db: ReadableDb, reviewer: string): DashboardSpeed {
  const rows = read<{ sample_id: number; created_at: string }>(
    db,
    `SELECT sample_id, created_at FROM review r
     WHERE reviewer = ? AND decision <> 'reset'
       AND NOT EXISTS (SELECT 1 FROM batch_item b WHERE b.review_id = r.id)
     ORDER BY id DESC LIMIT ${SPEED_DECISIONS}`,
  ).all(reviewer);
  return {
    sampleIds: [...new Set(rows.map((row) => row.sample_id))],
    perMinute: decisionsPerMinute(rows.map((row) => Date.parse(row.created_at))),
  };
}

/**
 * @param times of decisions in milliseconds, the latest first
 * @returns decisions a minute over the times between two that follow each other by no more than `SPEED_BREAK_MS`; null
 *   with fewer than five of those
 */
export function decisionsPerMinute(times: readonly number[]): number | null {
  const worked = times
    .slice(1)
    .map((earlier, i) => times[i]! - earlier)
    .filter((ms) => ms >= 0 && ms <= SPEED_BREAK_MS);
  const total = worked.reduce((sum, ms) => sum + ms, 0);
  return worked.length < FEWEST || total === 0 ? null : (worked.length * 60_000) / total;
}
