import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportPath, withEnding } from '../../../src-renderer/exchange/export-path.ts';

test('an export goes beside the project, in the words of that machine', () => {
  assert.equal(exportPath('/data/cats', 'jsonl'), '/data/cats-labels.jsonl');
  assert.equal(exportPath('C:\\data\\cats', 'coco'), 'C:\\data\\cats-labels.coco.json');
});

test("a changed format changes the ending, but not one of one's own", () => {
  assert.equal(withEnding('/x/labels.jsonl', 'coco'), '/x/labels.coco.json');
  assert.equal(withEnding('/x/labels.coco.json', 'sdrpn'), '/x/labels.pkl');
  assert.equal(withEnding('/x/My.PKL', 'jsonl'), '/x/My.jsonl');
  assert.equal(withEnding('/x/labels.v2', 'coco'), '/x/labels.v2');
});
