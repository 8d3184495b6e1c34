/** The Sample tab's numbers: names, figures, reasons. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { SCORE_FACTS } from '../../../src-shared/contract/score-facts.ts';
import type { SampleScores } from '../../../src-shared/contract/procedures.ts';
import { scoreRows, whyMissing } from '../../../src-renderer/sample/scores.ts';

const predicted = {
  rpnMask: 0.5,
  rpnBox: 'no_rpn_box',
  truthMask: 1,
  truthBox: 0.25,
  roiSize: 0.071,
} as const;
const scores: SampleScores = { predicted, corrected: null, uncertainty: 0.5 };

test('numbers have their figures, and a reason stands once for all that miss for it', () => {
  const rows = scoreRows({ ...scores, predicted: { ...predicted, rpnMask: 'no_rpn_box' } });
  assert.deepEqual(
    rows.map(({ name, predicted: { text } }) => [name, text]),
    [
      ['rpnMask', null],
      ['rpnBox', null],
      ['truthMask', '100.0%'],
      ['truthBox', '25.0%'],
      ['roiSize', '7.1%'],
      ['uncertainty', '0.50 bit'],
    ],
  );
  assert.deepEqual(whyMissing(rows), ['The RPN’s map gave no box']);
});

test('a correction has a column of its own, and its overlap with what was predicted', () => {
  const rows = scoreRows({ ...scores, corrected: { ...predicted, truthMask: 0.75, iou: 0.6 } });
  const of = (name: string) => rows.find((row) => row.name === name)!;
  assert.equal(of('truthMask').corrected?.text, '75.0%');
  assert.deepEqual([of('iou').predicted.text, of('iou').corrected?.text], ['', '60.0%']);
  assert.equal(of('uncertainty').corrected, null, 'the RPN’s map is not of a label');
});

test('before they are known the rows stand there empty: nothing moves when they come', () => {
  const [before, after] = [scoreRows(null), scoreRows(scores)];
  assert.deepEqual(
    before.map(({ name }) => name),
    after.map(({ name }) => name),
  );
  assert.ok(before.every(({ predicted: { text, why } }) => text === '' && why === null));
});

test('docs/numbers.md says of every number what the page says', () => {
  const page = readFileSync(join(root, 'docs/numbers.md'), 'utf8');
  for (const { name, unit, counted } of Object.values(SCORE_FACTS)) {
    const line = `- **${name}** (${unit}). ${counted}\n`;
    assert.ok(page.includes(line), `docs/numbers.md lacks this line:\n${line}`);
  }
});
