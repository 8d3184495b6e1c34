/** Makes a labelled project have something of everything a dashboard counts. */
import type { Decision } from '../../../src-shared/contract/domain.ts';
import { transact, write } from '../../../src-main/store/db.ts';
import { getPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { refreshAllSampleStates, sampleState } from '../../../src-main/store/samples/state.ts';

/**
 * Of the first thirty samples: one whose labelling failed, one that waits, three dropped for each reason, tags, decisions
 * of two people who agree and differ, corrections, and some that a batch accepted.
 */
export async function varyProject(path: string): Promise<void> {
  const project = await openProject(path);
  const { db } = project;
  const run = (sql: string, ...values: (string | number | Uint8Array)[]) => write(db, sql).run(...values);
  const decide = (sampleId: number, reviewer: string, decision: Decision): number => {
    const id = sampleState(db, sampleId)!.predictionId!;
    const { label } = getPrediction(db, id)!.prediction;
    const corrected = label.map((value, i) => (i < 3 ? 1 : value));
    const review = {
      sampleId,
      predictionId: id,
      decision,
      label: decision === 'correct' ? corrected : null,
      reviewer,
      note: null,
    };
    return submitReview(db, review, undefined).review.id;
  };
  transact(db, () => {
    for (const id of [1, 2]) {
      run('UPDATE sample_state SET prediction_id = NULL WHERE sample_id = ?', id);
      run('DELETE FROM prediction WHERE sample_id = ?', id);
    }
    run("UPDATE job_item SET state = 'failed', reason = 'no picture' WHERE sample_id = 1");
    run('DELETE FROM job_item WHERE sample_id = 2');
    // What labelling itself dropped has no label to accept: it takes a kept one's (the demo's grids are all of one size).
    const kept = db
      .prepare('SELECT label FROM prediction WHERE dropped_rule IS NULL ORDER BY sample_id LIMIT 1')
      .pluck()
      .get() as Uint8Array;
    run(
      'UPDATE prediction SET label = ?, dropped_rule = NULL, dropped_value = NULL, dropped_limit = NULL WHERE dropped_rule IS NOT NULL',
      kept,
    );
    for (const [i, rule] of ['empty_answer', 'area', 'low_max'].entries()) {
      run(
        'UPDATE prediction SET dropped_rule = ?, dropped_value = 0.6, dropped_limit = 0.5 WHERE sample_id IN (?, ?, ?)',
        rule,
        ...[3, 4, 5].map((id) => id + 3 * i),
      );
    }
    run("INSERT INTO sample_tag SELECT 'sign', id FROM sample WHERE id % 3 = 0");
    run("INSERT INTO sample_tag SELECT 'indoor', id FROM sample WHERE id BETWEEN 10 AND 17");
    for (const id of [12, 13, 14, 15]) decide(id, 'ann', 'accept');
    for (const id of [16, 17]) decide(id, 'ann', 'correct');
    for (const id of [18, 12]) decide(id, 'ben', 'reject');
    decide(13, 'ben', 'accept');
    run(
      "INSERT INTO batch (id, state, target, reviewer, created_at) VALUES (1, 'applied', 0.1, 'ann', '2026')",
    );
    for (const id of [20, 21, 22]) {
      const { predictionId } = sampleState(db, id)!;
      run(
        "INSERT INTO batch_item (batch_id, sample_id, prediction_id, outcome, review_id) VALUES (1, ?, ?, 'accepted', ?)",
        id,
        predictionId!,
        decide(id, 'ann', 'accept'),
      );
    }
    refreshAllSampleStates(db);
  });
  project.close();
}
