import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Keeping } from '../../src-shared/contract/procedures.ts';
import { keepWayBack } from '../../src-main/rpc/keeping.ts';
import { JOURNAL_FILE } from '../../src-main/store/journal/journal.ts';
import { submitReview } from '../../src-main/store/reviews/review.ts';
import { testProject } from '../support/project.ts';

test('an open project gets the copy of the day, and says when its journal cannot be written, and can again', async (t) => {
  const project = await testProject(t, 2);
  const told: Keeping[] = [];
  let done = (): void => undefined;
  const copied = new Promise<void>((resolve) => (done = resolve));
  const run = (body: () => Promise<void>): Promise<void> => body().finally(done);
  const keeper = keepWayBack(project, run, (state) => told.push(state), 0);
  t.after(() => keeper.stop());
  await copied;
  assert.deepEqual(
    told.map(({ copies, leftOut }) => [copies.length, leftOut]),
    [[1, null]],
  );
  const decide = (sampleId: number): void => {
    submitReview(
      project.db,
      { sampleId, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
      undefined,
    );
    keeper.check();
  };
  const journal = join(project.path, JOURNAL_FILE);
  rmSync(journal, { force: true });
  mkdirSync(journal);
  decide(1);
  rmSync(journal, { recursive: true });
  decide(2);
  assert.deepEqual(
    told.slice(1).map(({ journalProblem }) => journalProblem === null),
    [false, true],
  );
});
