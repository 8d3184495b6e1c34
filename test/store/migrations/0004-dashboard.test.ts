import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import type { Decision } from '../../../src-shared/contract/domain.ts';
import { read, transact } from '../../../src-main/store/db.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { showRun } from '../../../src-main/store/shown/sample-run.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

test('reviewers agree where their last words on the label that is shown are the same decision', async (t) => {
  const project = await testProject(t, 6);
  const { db } = project;
  const first = testRun(project, 'a');
  for (const id of [1, 2, 3, 4, 5]) predict(project, first, id);
  const label = new Uint8Array(Int8Array.from([1, 1, 0, 0, 0, 0]).buffer);
  const decide = (sampleId: number, reviewer: string, decision: Decision): void => {
    const correction = decision === 'correct' ? label : null;
    submitReview(
      db,
      { sampleId, predictionId: null, decision, label: correction, reviewer, note: null },
      undefined,
    );
  };
  const all = () =>
    read<{ agreement: string | null }>(db, 'SELECT agreement FROM sample_state ORDER BY sample_id')
      .all()
      .map(({ agreement }) => agreement);

  decide(1, 'ann', 'accept');
  decide(1, 'ann', 'reject');
  decide(2, 'ann', 'accept');
  decide(2, 'ben', 'correct');
  decide(3, 'ann', 'correct');
  decide(3, 'ben', 'correct');
  decide(4, 'ann', 'accept');
  decide(4, 'ben', 'reject');
  decide(4, 'ben', 'reset');
  decide(6, 'ann', 'reject');
  decide(6, 'ben', 'reject');
  assert.deepEqual(all(), [null, 'differ', 'agree', null, null, 'agree']);
  decide(2, 'ben', 'accept');
  assert.deepEqual(all(), [null, 'agree', 'agree', null, null, 'agree']);
  refreshAllSampleStates(db);
  assert.deepEqual(all(), [null, 'agree', 'agree', null, null, 'agree']);

  const second = testRun(project, 'b');
  predict(project, second, 2);
  transact(db, () => showRun(db, 2, second));
  assert.deepEqual(all(), [null, null, 'agree', null, null, 'agree'], 'that was about another label');
  decide(2, 'ann', 'reject');
  assert.equal(all()[1], null, 'ben has not seen this label');
});

test('an older project learns who agrees', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 3), 7);
  db.exec(`
    INSERT INTO root VALUES (1, 'images');
    INSERT INTO image VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample SELECT value, 'q' || value, 1, 'what?', NULL, '[]', 'en', NULL, '[]' FROM json_each('[1, 2, 3, 4]');
    INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES
      (1, 'reject', 'ann', '2026'), (1, 'reject', 'ben', '2026'),
      (2, 'reject', 'ann', '2026'), (2, 'reset', 'ann', '2026'), (2, 'reject', 'ben', '2026'),
      (3, 'reject', 'ann', '2026');
    INSERT INTO sample_state (sample_id, state, dropped, review_id) VALUES
      (1, 'rejected', 0, 2), (2, 'rejected', 0, 5), (3, 'rejected', 0, 6), (4, 'unlabelled', 0, NULL);`);
  migrate(db, projectMigrations, 7);
  assert.deepEqual(db.prepare('SELECT agreement FROM sample_state').pluck().all(), [
    'agree',
    null,
    null,
    null,
  ]);
  db.close();
});
