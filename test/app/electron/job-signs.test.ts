import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endWords, shareDone } from '../../../src-main/app/electron/job-signs.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';

const job = (change: Partial<Job> = {}): Job => ({
  id: 1,
  type: 'label',
  state: 'running',
  total: 100,
  done: 30,
  failed: 10,
  skipped: 0,
  asked: null,
  rate: null,
  etaSeconds: null,
  message: null,
  createdAt: '2026-05-04T03:02:01.000Z',
  ...change,
});

test('jobs that run make one bar together; what waits, rests or is over has none', () => {
  assert.equal(shareDone([]), null);
  assert.equal(shareDone([job({ state: 'queued' }), job({ asked: 'pause' }), job({ state: 'done' })]), null);
  assert.equal(shareDone([job()]), 0.4);
  assert.equal(shareDone([job(), job({ id: 2, total: 300, done: 0, failed: 0 })]), 0.1);
  assert.equal(shareDone([job({ total: 0, done: 0, failed: 0 })]), 'unknown');
  assert.equal(shareDone([job({ total: 10, done: 12, failed: 0 })]), 1);
});

test('an end is told with what it came to; what a person ended is not', () => {
  assert.equal(endWords(job(), 'Tags'), null);
  assert.equal(endWords(job({ state: 'cancelled' }), 'Tags'), null);
  assert.deepEqual(endWords(job({ state: 'done', done: 90 }), 'Tags'), {
    title: 'Labelling is done',
    body: 'Tags: 100 samples, 10 of them failed',
  });
  assert.deepEqual(endWords(job({ type: 'train', state: 'done', total: 1, done: 1, failed: 0 }), 'Tags'), {
    title: 'Training is done',
    body: 'Tags: 1 step',
  });
  assert.deepEqual(endWords(job({ state: 'failed', message: 'the disk is full' }), 'Tags'), {
    title: 'Labelling stopped',
    body: 'Tags: the disk is full',
  });
});
