/** Frozen versions through the contract: made, listed, told apart as samples that are there or not, written as they were. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { servePeople } from '../../support/served-people.ts';

const NOW = { includeUnreviewed: true, slot: 's', reviewer: 'owner' };

test('an admin freezes, everybody told; others look and compare, and nobody while they decide blind', async (t) => {
  const served = await servePeople(t);
  const { owner } = served;
  const [vi, ana] = [await served.person('Vi', 'viewer'), await served.person('Ana', 'reviewer')];
  let told = 0;
  vi.on('datasets.changed', () => told++);
  assert.deepEqual(await vi.call('datasets.list', {}), []);
  const frozen = await owner.call('datasets.freeze', { ...NOW, name: ' v1 ', licence: 'CC BY 4.0' });
  assert.partialDeepStrictEqual(frozen, { name: 'v1', reviewer: 'owner', card: { licence: 'CC BY 4.0' } });
  await assert.rejects(owner.call('datasets.freeze', { ...NOW, name: 'v1' }), { code: 'conflict' });
  const [first, ...rest] = frozen.card.samples > 0 ? [1, 2, 3] : [];
  assert.ok(first !== undefined);
  await owner.call('datasets.freeze', {
    ...{ ...NOW, name: 'v2' },
    scope: { filter: {}, ids: rest, except: [] },
    splits: { shares: { train: 1, val: 1, test: 0 }, seed: 1, by: 'none' },
  });
  await removeFromProject(served.look(), [first]);
  const diff = await vi.call('datasets.diff', { before: 'v2', after: 'v1' });
  assert.deepEqual(
    diff.added.samples.map(({ sampleId, here }) => [sampleId, here]),
    [[first, false]],
    'what was removed since is told, and that it cannot be opened',
  );
  assert.deepEqual([diff.same, diff.added.total, diff.removed.total], [0, 1, 0]);
  assert.deepEqual(
    diff.changed.samples.map(({ fields, here }) => [fields, here]),
    rest.map(() => [['split'], true]),
  );
  await assert.rejects(vi.call('datasets.diff', { before: 'v1', after: 'v9' }), { code: 'not_found' });
  await assert.rejects(ana.call('datasets.freeze', { ...NOW, name: 'v3' }), { code: 'forbidden' });

  const path = join(served.home, '..', 'v2.jsonl');
  const request = { format: 'jsonl', path, includeUnreviewed: false } as const;
  const report = await owner.call('export.start', { ...request, version: 'v2' });
  assert.equal(report.done, rest.length);
  assert.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, rest.length);
  await assert.rejects(owner.call('export.start', { ...request, path: `${path}x.jsonl`, version: 'v1' }), {
    code: 'conflict',
    message: /it was removed/,
  });
  await assert.rejects(owner.call('export.start', { ...request, version: 'v9' }), { code: 'not_found' });

  const round = { name: 'First', filter: {}, reviewers: ['Ana'], overlap: 1, seed: 1, blind: true };
  await owner.call('deals.start', round);
  await assert.rejects(ana.call('datasets.list', {}), { code: 'forbidden' });
  assert.equal((await vi.call('datasets.list', {})).length, 2);
  assert.ok(told >= 2);
});
