/** Decisions that are not saved yet, as records and as lines of a file: nothing is lost, doubled or taken for another project's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Review } from '../../../src-shared/contract/domain.ts';
import type { Draft } from '../../../src-renderer/deciding/save-queue.ts';
import {
  fromKept,
  fromLines,
  recordName,
  recordOf,
  toKept,
  toLines,
  withoutSaved,
  type Pending,
} from '../../../src-renderer/deciding/unsaved.ts';

const draft = (decision: Draft['decision'], more: Partial<Draft> = {}): Draft => ({
  sampleId: 3,
  predictionId: 7,
  decision,
  label: null,
  note: null,
  reason: null,
  ...more,
});
const pending: Pending[] = [
  {
    sampleId: 3,
    basedOn: null,
    drafts: [draft('accept'), draft('correct', { label: Int8Array.from([1, 0, -1]), note: 'é "x"' })],
  },
  {
    sampleId: 4,
    basedOn: 9,
    drafts: [draft('reject', { sampleId: 4, predictionId: null, reason: 'Picture is bad' })],
  },
];

const revision = (id: number, of: Draft): Review =>
  ({
    id,
    sampleId: of.sampleId,
    decision: of.decision,
    predictionId: of.predictionId,
    note: of.note,
    reason: of.reason,
    label: of.label && new Uint8Array(Int8Array.from(of.label).buffer),
    reviewer: 'ann',
    createdAt: '',
    batchId: null,
  }) as unknown as Review;

test('each time that a window shows a project has a record of its own; what an older page kept is one, too', () => {
  const project = '2026-11-30T10:05:15.222Z';
  const names = [1, 2].map((visit) => recordName({ window: 'mf3k9', visit, project }));
  assert.notEqual(names[0], names[1]);
  assert.deepEqual(recordOf(names[1]!), { window: 'mf3k9', visit: 2, project });
  assert.deepEqual(recordOf(`fovea.unsaved-decisions.mf3k9.${project}`), {
    window: 'mf3k9',
    visit: 0,
    project,
  });
  for (const other of ['fovea.tour', 'fovea.unsaved-decisions.', 'fovea.unsaved-decisions.mf3k9']) {
    assert.equal(recordOf(other), null, other);
  }
});

test('a record comes back as it was, for its project only', () => {
  const text = toKept('A', '/a', pending);
  assert.deepEqual(
    JSON.parse(JSON.stringify(fromKept(text, 'A'))),
    JSON.parse(JSON.stringify({ path: '/a', pending })),
  );
  assert.deepEqual(fromKept(text, 'A')!.pending[0]!.drafts[1]!.label, Int8Array.from([1, 0, -1]));
  assert.equal(fromKept(text, 'B'), null);
  for (const broken of ['', '{', 'null', '{"project":"A"}', text.replace('reject', 'maybe')]) {
    assert.equal(fromKept(broken, 'A'), null);
  }
});

test('a file comes back as it was; another project’s, a broken one and an empty one are refused in words', () => {
  const text = toLines('A', 'ann', pending);
  const back = fromLines(text, 'A');
  assert.deepEqual(back, pending);
  assert.match(String(fromLines(text, 'B')), /another project/);
  assert.match(String(fromLines(`${text}{`, 'A')), /Line 4 is not JSON/);
  assert.match(String(fromLines('{"fovea":1,"decision":"accept"}', 'A')), /Line 1 is no decision/);
  assert.match(String(fromLines('\n', 'A')), /no decisions/);
});

test('what is saved already is left out, in order, and what is left is made on the last of it', () => {
  const [both] = pending;
  const [one, two] = both!.drafts;
  const left = (history: Review[]) => {
    const { basedOn, drafts } = withoutSaved(both!, history);
    return [basedOn, drafts.length];
  };
  assert.deepEqual(left([]), [null, 2]);
  assert.deepEqual(left([revision(5, one!)]), [5, 1]);
  assert.deepEqual(left([revision(6, two!), revision(5, one!)]), [6, 0]);
  assert.deepEqual(left([revision(5, two!)]), [null, 2], 'the first is not there');
  assert.deepEqual(left([revision(5, draft('reject')), revision(6, one!)]), [6, 1], 'somebody else between');
  const [, later] = pending;
  assert.deepEqual(
    withoutSaved(later!, [revision(8, later!.drafts[0]!)]).drafts.length,
    1,
    'an equal one from before says nothing',
  );
});
