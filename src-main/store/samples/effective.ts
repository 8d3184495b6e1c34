/**
 * Which revision counts for a sample, as SQL over `sample s`. Undealt: the newest one. Dealt to reviewers (`dealt`):
 *
 * 1. the newest revision of anybody it was not dealt to (an admin who adjudicates), unless that took a decision back;
 * 2. else, once all it was dealt to have decided and said the same (decision and, cell by cell, label), the newest of theirs;
 * 3. else none: the sample waits.
 *
 * Every revision stays in `review` whatever counts.
 */

/** Whether sample `s` was dealt. */
export const DEALT = 'EXISTS (SELECT 1 FROM dealt WHERE sample_id = s.id)';

const LAST = 'SELECT MAX(id) FROM review WHERE sample_id = s.id';

/** Whether the revision `v` is by somebody the sample was not dealt to. */
const FROM_OUTSIDE =
  'NOT EXISTS (SELECT 1 FROM dealt x WHERE x.sample_id = v.sample_id AND x.reviewer = v.reviewer)';

const ADJUDICATED = `
SELECT CASE WHEN w.decision <> 'reset' THEN w.id END FROM review w
WHERE w.id = (SELECT MAX(v.id) FROM review v WHERE v.sample_id = s.id AND ${FROM_OUTSIDE})`;

const AGREED = `
SELECT CASE WHEN COUNT(*) = COUNT(v.id) AND COUNT(DISTINCT v.decision) = 1 AND COUNT(DISTINCT v.label) <= 1
  THEN MAX(v.id) END
FROM dealt d LEFT JOIN review v ON v.id = d.review_id WHERE d.sample_id = s.id`;

/** The id of the revision that counts (one that takes a decision back, of undealt samples, included), or NULL. */
export const EFFECTIVE = `
CASE WHEN ${DEALT}
  THEN COALESCE((${ADJUDICATED}), (${AGREED})) ELSE (${LAST}) END`;
