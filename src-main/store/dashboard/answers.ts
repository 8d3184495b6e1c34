/** What became of answers, and what the crop bought. Counts come off indexes; the interval knows which samples share a picture. */
import type { DashboardAnswers } from '../../../src-shared/contract/procedures.ts';
import {
  ANSWER_OUTCOMES,
  type AnswerOutcome,
  type Localisation,
} from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { pairedProportions } from '../../../src-shared/kernels/statistics/paired.ts';
import type { Sums } from '../../../src-shared/kernels/statistics/sums.ts';
import { type ReadableDb, read } from '../db.ts';
import { countAll } from '../samples/page.ts';

export function dashboardAnswers(db: ReadableDb): DashboardAnswers {
  const outcomes = { fixed: 0, broken: 0, both_right: 0, both_wrong: 0, alone_right: 0, alone_wrong: 0 };
  for (const { name, n } of read<{ name: AnswerOutcome; n: number }>(
    db,
    'SELECT outcome AS name, COUNT(*) AS n FROM sample_state WHERE outcome IS NOT NULL GROUP BY outcome',
  ).all())
    outcomes[name] = n;
  const localised = { used: 0, unused: 0, missed: 0 };
  for (const { name, n } of read<{ name: Localisation; n: number }>(
    db,
    'SELECT localised AS name, COUNT(*) AS n FROM sample_state WHERE localised IS NOT NULL GROUP BY localised',
  ).all())
    localised[name] = n;
  const scored = ANSWER_OUTCOMES.reduce((sum, name) => sum + outcomes[name], 0);
  const gain = gainOf(db, [outcomes.fixed, outcomes.broken]);
  return {
    outcomes,
    unscored: countAll(db) - scored,
    localised,
    gain: gain && { n: gain.n, value: gain.value, low: gain.low, high: gain.high },
  };
}

function gainOf(db: ReadableDb, wins: readonly [number, number]): ReturnType<typeof pairedProportions> {
  return pairedProportions(changesByPicture(db), wins);
}

/** Of 1 where the crop fixed the answer, −1 where it broke it, else 0. Walks pictures in the order of their index. */
function changesByPicture(db: ReadableDb): Sums {
  return read<Sums>(
    db,
    `SELECT COUNT(*) AS pictures, COALESCE(SUM(m), 0) AS n, COALESCE(SUM(s), 0) AS x, COALESCE(SUM(c), 0) AS xx,
       COALESCE(SUM(m * m), 0) AS mm, COALESCE(SUM(m * s), 0) AS ms, COALESCE(SUM(s * s), 0) AS ss,
       COALESCE(SUM(m * m * m), 0) AS mmm, COALESCE(SUM(m * m * s), 0) AS mms, COALESCE(SUM(m * s * s), 0) AS mss,
       COALESCE(SUM(s * s * s), 0) AS sss
     FROM (SELECT COUNT(*) AS m, SUM((t.outcome = 'fixed') - (t.outcome = 'broken')) AS s,
             SUM(t.outcome IN ('fixed', 'broken')) AS c
           FROM sample p JOIN sample_state t ON t.sample_id = p.id
           WHERE t.outcome IN ('fixed', 'broken', 'both_right', 'both_wrong') GROUP BY p.image_id)`,
  ).get()!;
}
