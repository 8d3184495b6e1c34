import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobEntry } from '../../../src-shared/contract/procedures.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import {
  aboutWords,
  countWords,
  holderWords,
  scopeWords,
  shareWords,
  standingWords,
  toneOf,
  tookWords,
} from '../../../src-renderer/steering/jobs.ts';

function job(what: Partial<JobEntry> = {}): JobEntry {
  return {
    id: 3,
    type: 'label',
    state: 'queued',
    total: 0,
    done: 0,
    failed: 0,
    skipped: 0,
    asked: null,
    rate: null,
    etaSeconds: null,
    message: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    left: 0,
    stillFailed: 0,
    cancelRequested: false,
    holder: null,
    turn: null,
    retryOf: null,
    retriedBy: null,
    about: {
      runId: null,
      fromRunId: null,
      model: null,
      rpn: null,
      preset: null,
      precision: null,
      answers: null,
      scope: null,
      limit: null,
      trainingRun: null,
    },
    shared: null,
    can: [],
    ...what,
  };
}

const holder = { where: 'here', pid: 7, silentSeconds: 0 } as const;
const running = { state: 'running', holder } as const;

test('a job is said by state, what was asked of it and who holds it', () => {
  const cases: [Partial<JobEntry>, string, string][] = [
    [{ turn: 1 }, 'Waiting', 'rest'],
    [{ turn: 3 }, 'Waiting, 2 before it', 'rest'],
    [running, 'Running', 'work'],
    [{ ...running, asked: 'pause' }, 'Pausing', 'work'],
    [{ asked: 'pause' }, 'Paused', 'rest'],
    [{ ...running, cancelRequested: true }, 'Ending', 'work'],
    [{ state: 'running' }, 'Interrupted', 'rest'],
    [{ shared: { seen: null } }, 'Waiting for its host', 'rest'],
    [{ state: 'done' }, 'Done', 'good'],
    [{ state: 'done', failed: 2, stillFailed: 2 }, 'Done, 2 failed', 'bad'],
    [{ state: 'done', failed: 2 }, 'Done, 2 failed', 'good'],
    [{ state: 'failed' }, 'Failed', 'bad'],
    [{ state: 'cancelled' }, 'Cancelled', 'rest'],
  ];
  for (const [what, words, tone] of cases) {
    assert.deepEqual([standingWords(job(what)), toneOf(job(what))], [words, tone]);
  }
});

test('counts say what is done, failed, needed nothing and is left; a share never says more than is over', () => {
  const counts = { total: 1000, done: 994, failed: 2, skipped: 20, left: 4 };
  assert.equal(countWords(job(counts)), '994 of 1,000 samples, 2 failed, 20 needed no work, 4 left');
  assert.equal(shareWords(job(counts)), '99%');
  assert.equal(countWords(job({ skipped: 5 })), 'Nothing to do: 5 samples needed no work');
  assert.equal(countWords(job()), null);
  assert.equal(shareWords(job()), null);
  assert.equal(countWords(job({ type: 'train', total: 200, done: 50, left: 150 })), '50 of 200 steps');
});

test('what it works on, which samples, and who does it', () => {
  const { about } = job();
  const made = { ...about, model: 'm', rpn: 'beside', preset: 'P', precision: 'int8', fromRunId: 2 } as const;
  assert.equal(aboutWords(job({ about: made })), 'm · RPN beside · P · int8 · from run 2');
  assert.equal(aboutWords(job({ about: { ...about, model: 'm', precision: 'as-stored' } })), 'm');
  const scope = { filter: NO_FILTER, chosen: 2, except: 1 };
  assert.equal(
    scopeWords(job({ about: { ...about, scope, limit: 9 } }), 'Rejected'),
    '2 chosen of: Rejected, without 1, at most 9',
  );
  assert.equal(scopeWords(job(), null), 'all without a label from this run');
  assert.equal(scopeWords(job({ retryOf: 4 }), null), 'those that failed in job 4');
  assert.equal(holderWords(job({ holder })), 'this Fovea');
  assert.equal(
    holderWords(job({ holder: { ...holder, where: 'this_machine' }, shared: { seen: null } })),
    'another process on this machine (7) for workers of a shared queue',
  );
  assert.equal(holderWords(job()), null);
  assert.equal(
    tookWords(job({ startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:02:05Z' })),
    '2 min 5 s',
  );
});
