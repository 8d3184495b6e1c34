/** `fovea deal` and `fovea agreement`: rounds, and numbers that equal a calculation by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agreement, Deal } from '../../../src-shared/contract/procedures.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { latestRevisionId, submitReview } from '../../../src-main/store/reviews/review.ts';
import { servePeople } from '../../support/served-people.ts';
import { fovea, foveaJson } from './run-cli.ts';

test('a round is dealt, shown and ended; agreement of two is what the papers’ formulas give', async (t) => {
  const { project: path } = await servePeople(t);
  const start = ['deal', 'start', path, 'First', '--to', 'Ana', '--to', 'Bo', '--overlap', '2', '--blind'];
  assert.equal((await fovea(['deal', 'start', path, 'First'])).code, 2);
  assert.equal((await fovea([...start, '--filter', 'none of this name'])).code, 1);
  const round = (await foveaJson(start)).json as Deal;
  assert.deepEqual([round.samples, round.overlap, round.blind], [3, 2, true]);
  assert.equal((await fovea(start)).code, 1, 'everything is dealt');
  const project = openProject(path);
  t.after(() => project.close());
  const say = (reviewer: string, decisions: readonly ('accept' | 'reject')[]): void =>
    decisions.forEach((decision, i) => {
      const review = { sampleId: i + 1, predictionId: null, decision, label: null, reviewer, note: null };
      submitReview(project.db, review, latestRevisionId(project.db, i + 1));
    });
  say('Ana', ['accept', 'accept', 'reject']);
  say('Bo', ['accept', 'reject', 'reject']);
  const { rounds } = (await foveaJson(['deal', path])).json as { rounds: Deal[] };
  assert.deepEqual([rounds[0]!.complete, rounds[0]!.differing], [3, 1]);
  assert.match((await fovea(['deal', path])).stdout, /Ana\t3 of 3/);
  const { pairs, all } = (await foveaJson(['agreement', path])).json as Agreement;
  // Seen 2/3; Ana accepts 2/3, Bo 1/3: chance 2/3·1/3 + 1/3·2/3 = 4/9. Kappa (2/3 − 4/9) ÷ (5/9) = 0.4.
  assert.deepEqual(pairs[0]!.reviewers, ['Ana', 'Bo']);
  assert.ok(Math.abs(pairs[0]!.decisions.value! - 0.4) < 1e-12);
  // Fleiss: both words together are 1/2 and 1/2, chance 1/2: (2/3 − 1/2) ÷ (1/2) = 1/3.
  assert.ok(Math.abs(all!.decisions.value! - 1 / 3) < 1e-12);
  assert.deepEqual([all!.samples, all!.overlap, all!.leftOut, pairs[0]!.labelled], [3, 2, 0, 1]);
  assert.match((await fovea(['agreement', path])).stdout, /Ana and Bo \(Cohen\)\n {2}decisions {2}0\.400/);
  const ended = (await foveaJson(['deal', 'end', path, '1'])).json as Deal;
  assert.ok(ended.endedAt !== null && ended.samples === 3);
});
