import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_SIZE, Pages, startOf } from '../../../src-renderer/compare/pages.ts';
import type { ComparedRow } from '../../../src-shared/contract/procedures.ts';

const none = { auc: null, iou: null, boxRecall: null };
const rows = (from: number, count: number): ComparedRow[] =>
  Array.from({ length: count }, (_, i) => ({
    sampleId: 1000 + from + i,
    sample: null,
    predictions: [1, 2],
    heldOut: false,
    a: none,
    b: none,
  }));

test('only pages that somebody looks at are asked for, each once', () => {
  const pages = new Pages();
  assert.deepEqual(pages.missing(0, 50), [], 'nobody knows yet that there is anything');
  pages.put(0, rows(0, PAGE_SIZE), 250);
  assert.deepEqual(pages.missing(0, 90), []);
  assert.deepEqual(pages.missing(90, 130), [100]);
  assert.deepEqual(pages.missing(-5, 1000), [100, 200]);
  pages.put(200, rows(200, 50), 250);
  assert.equal(pages.rowAt(249)?.sampleId, 1249);
  assert.deepEqual([pages.rowAt(150), pages.rowAt(250)], [undefined, undefined]);
  assert.equal(startOf(199), 100);
  pages.clear();
  assert.deepEqual([pages.total, pages.rowAt(0)], [0, undefined]);
});
