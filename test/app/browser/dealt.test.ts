/** Rounds through the real server: who sees what of samples that are dealt, what counts, and that no decision is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcedureName, RpcClient } from '../../../src-shared/contract/procedures.ts';
import { reviewHistory } from '../../../src-main/store/reviews/review.ts';
import { servePeople, type Served } from '../../support/served-people.ts';

const LIST = { filter: {}, offset: 0, limit: 100 };
const ROUND = { name: 'First', filter: {}, overlap: 2, seed: 1, blind: true };

async function decide(
  client: RpcClient,
  sampleId: number,
  decision: 'accept' | 'reject' | 'reset',
): Promise<string> {
  const { latestRevisionId } = await client.call('samples.get', { id: sampleId });
  const { state } = await client.call('reviews.submit', {
    ...{ sampleId, predictionId: null, decision, label: null, note: null, reviewer: 'whoever' },
    basedOn: latestRevisionId,
  });
  return state;
}

async function twoDealt(t: Parameters<typeof servePeople>[0], blind: boolean) {
  const served = await servePeople(t);
  const [ana, bo] = [await served.person('Ana', 'reviewer'), await served.person('Bo', 'reviewer')];
  await served.owner.call('deals.start', { ...ROUND, blind, reviewers: ['Ana', 'Bo'] });
  return { served, ana, bo };
}

const stateOf = async (client: RpcClient, id: number): Promise<string> =>
  (await client.call('samples.get', { id })).state;

/** Everything a page asks about samples while it shows them. */
async function allThatIsSeen(client: RpcClient): Promise<string> {
  const of = async (name: ProcedureName, input: object): Promise<unknown> =>
    client.call(name, input as never).catch((error: { code: string }) => {
      assert.ok(['forbidden', 'not_found'].includes(error.code), `${name}: ${error.code}`);
    });
  const seen: unknown[] = [await of('project.summary', {}), await of('samples.list', LIST)];
  for (const name of ['samples.facets', 'samples.histograms'] as const)
    seen.push(await of(name, { filter: {} }));
  for (const name of [
    'dashboard.counts',
    'dashboard.shapes',
    'dashboard.tags',
    'deals.list',
    'agreement.get',
    'batches.list',
  ] as const)
    seen.push(await of(name, {}));
  for (const id of [1, 2, 3]) {
    for (const name of ['samples.get', 'samples.predictions', 'samples.scores'] as const)
      seen.push(await of(name, { id }));
    for (const name of ['reviews.history', 'reviews.words', 'notes.list'] as const)
      seen.push(await of(name, { sampleId: id }));
    seen.push(await of('samples.similar', { id, limit: 10 }));
  }
  return JSON.stringify(seen);
}

test('blind: neither truth nor anybody else’s decision, note or flag is in what a reviewer is sent before deciding', async (t) => {
  const { served, ana, bo } = await twoDealt(t, true);
  const truth = await Promise.all([1, 2, 3].map((id) => served.owner.call('samples.get', { id })));
  assert.ok(
    truth.every(({ referenceAnswer }) => referenceAnswer),
    'the demo has answers to hide',
  );
  const heard: unknown[] = [];
  for (const event of ['sample.changed', 'notes.changed', 'flags.changed', 'project.changed'] as const)
    bo.on(event, (payload) => heard.push(payload));
  await bo.call('project.summary', {});
  assert.equal(await decide(ana, 1, 'reject'), 'rejected');
  await ana.call('notes.add', { sampleId: 1, text: 'Anas words', reviewer: 'x' });
  await ana.call('flags.set', { sampleIds: [1], flag: 'bad_data', on: true, reviewer: 'x' });
  const [row] = (await bo.call('samples.list', LIST)).rows;
  assert.deepEqual([row?.state, row?.flags, row?.notes, row?.reviewedAt], ['pending', [], 0, null]);
  const seen = await allThatIsSeen(bo);
  for (const secret of [
    'Ana',
    'Anas words',
    ...truth.map(({ referenceAnswer }) => `"referenceAnswer":"${referenceAnswer}"`),
  ])
    assert.ok(!seen.includes(secret), secret);
  for (const id of [1, 2, 3]) {
    const { referenceAnswer, truthBoxes, review } = await bo.call('samples.get', { id });
    assert.deepEqual([referenceAnswer, truthBoxes, review], [null, [], null]);
  }
  await assert.rejects(bo.call('samples.list', { ...LIST, filter: { text: 'x' } }), { code: 'forbidden' });
  assert.equal((await bo.call('samples.list', { ...LIST, filter: { reviewers: ['Ana'] } })).total, 0);
  assert.equal((await bo.call('samples.list', { ...LIST, filter: { states: ['rejected'] } })).total, 0);
  assert.ok(!/:"rejected"|"rejected":[1-9]|Anas/.test(JSON.stringify(heard)), 'events say no more');
  // Of the round a reviewer knows their own part, whoever they say they are.
  const [mine] = await bo.call('deals.mine', { reviewer: 'Ana' });
  assert.partialDeepStrictEqual(mine, { name: 'First', blind: true, dealt: 3, decided: 0, endedAt: null });
  assert.deepEqual((await ana.call('deals.mine', { reviewer: 'Ana' }))[0]?.decided, 1);
  // The sample itself, once it is decided, is open; the others are not.
  assert.equal(await decide(bo, 1, 'reject'), 'rejected');
  const own = await bo.call('samples.get', { id: 1 });
  assert.equal(own.referenceAnswer, truth[0]!.referenceAnswer);
  assert.deepEqual(own.truthBoxes, truth[0]!.truthBoxes);
  assert.deepEqual(
    (await bo.call('reviews.words', { sampleId: 1 })).map(({ reviewer, decision }) => [reviewer, decision]),
    [
      ['Ana', 'reject'],
      ['Bo', 'reject'],
    ],
  );
  assert.deepEqual(await bo.call('reviews.words', { sampleId: 2 }), []);
  assert.equal((await bo.call('samples.get', { id: 2 })).referenceAnswer, null);
});

test('what counts: nothing until all have decided, theirs where they agree, an admin’s where they differ', async (t) => {
  const { served, ana, bo } = await twoDealt(t, false);
  const { owner } = served;
  assert.equal(await decide(ana, 1, 'accept'), 'accepted');
  assert.deepEqual(
    [await stateOf(ana, 1), await stateOf(bo, 1), await stateOf(owner, 1)],
    ['accepted', 'pending', 'pending'],
  );
  await decide(bo, 1, 'accept');
  assert.equal(await stateOf(owner, 1), 'accepted');
  await decide(ana, 2, 'accept');
  await decide(bo, 2, 'reject');
  const [seenByAna] = await ana.call('deals.list', {});
  assert.deepEqual(
    seenByAna,
    (await owner.call('deals.list', {}))[0],
    'a round is the same for all who may see it',
  );
  const of = await owner.call('agreement.get', { deal: seenByAna!.id });
  assert.deepEqual(of, await owner.call('agreement.get', {}));
  assert.deepEqual(await owner.call('agreement.get', { deal: 99 }), { pairs: [], all: null });
  assert.equal(await stateOf(owner, 2), 'pending');
  const waiting = await owner.call('adjudication.list', {});
  assert.partialDeepStrictEqual(waiting, {
    total: 1,
    samples: [
      {
        sampleId: 2,
        difference: 1,
        decisions: [
          { reviewer: 'Ana', decision: 'accept' },
          { reviewer: 'Bo', decision: 'reject' },
        ],
      },
    ],
  });
  await assert.rejects(ana.call('adjudication.list', {}), { code: 'forbidden' });
  await owner.call('reviews.submit', {
    ...{
      sampleId: 2,
      predictionId: null,
      decision: 'reject',
      label: null,
      note: 'wrong box',
      reviewer: 'owner',
    },
    basedOn: (await owner.call('samples.get', { id: 2 })).latestRevisionId,
  });
  assert.deepEqual([await stateOf(owner, 2), await stateOf(ana, 2)], ['rejected', 'accepted']);
  assert.equal((await owner.call('adjudication.list', {})).total, 0);
  // A reviewer who changes their mind changes their own word, not what was adjudicated.
  await decide(ana, 2, 'reset');
  assert.equal(await stateOf(owner, 2), 'rejected');
  await decide(owner, 2, 'reset');
  assert.equal(await stateOf(owner, 2), 'pending');
  assert.deepEqual(
    reviewHistory(served.look().db, 2).map(({ reviewer, decision }) => `${reviewer} ${decision}`),
    ['Ana accept', 'Bo reject', 'owner reject', 'Ana reset', 'whoever reset'],
    'every revision is kept',
  );
});

test('a round deals what nobody decided, once; a reviewer’s list is theirs alone, and its end frees the rest', async (t) => {
  const served: Served = await servePeople(t);
  const { owner } = served;
  const [ana, bo] = [await served.person('Ana', 'reviewer'), await served.person('Bo', 'reviewer')];
  await decide(owner, 3, 'accept');
  assert.deepEqual(await owner.call('deals.preview', { filter: {} }), { samples: 2 });
  assert.deepEqual(await owner.call('deals.preview', { filter: {}, ids: [1, 3] }), { samples: 1 });
  assert.deepEqual(await owner.call('deals.preview', { filter: {}, except: [1] }), { samples: 1 });
  assert.deepEqual(
    (await owner.call('people.list', {})).map(({ name }) => name),
    ['Ana', 'Bo'],
  );
  const wish = { ...ROUND, overlap: 1, blind: false, reviewers: ['Ana', 'Bo'] };
  await assert.rejects(owner.call('deals.start', { ...wish, overlap: 3 }), { code: 'bad_input' });
  await assert.rejects(owner.call('deals.start', { ...wish, reviewers: ['Ana', 'Ana'] }), {
    code: 'bad_input',
  });
  const round = await owner.call('deals.start', wish);
  assert.deepEqual([round.samples, round.reviewers.map(({ dealt }) => dealt)], [2, [1, 1]]);
  await assert.rejects(owner.call('deals.start', wish), { code: 'bad_input', message: /nothing to deal/ });
  const [mine, theirs] = [await ana.call('samples.list', LIST), await bo.call('samples.list', LIST)];
  assert.deepEqual([mine.total, theirs.total], [1, 1]);
  assert.notEqual(mine.rows[0]!.id, theirs.rows[0]!.id);
  assert.equal((await ana.call('project.summary', {})).samples, 1);
  for (const by of ['imported', 'reviewed', 'state', 'disagreement'] as const)
    assert.equal(
      (await ana.call('samples.list', { ...LIST, sort: { by, descending: true } })).rows.length,
      1,
      by,
    );
  const other = theirs.rows[0]!.id;
  await assert.rejects(ana.call('samples.get', { id: other }), { code: 'not_found' });
  await assert.rejects(decide(ana, other, 'accept'), { code: 'not_found' });
  const forced = {
    predictionId: null,
    decision: 'accept',
    label: null,
    note: null,
    reviewer: 'Bo',
    basedOn: null,
  } as const;
  await assert.rejects(ana.call('reviews.submit', { sampleId: other, ...forced }), { code: 'forbidden' });
  await assert.rejects(ana.call('notes.add', { sampleId: other, text: 'x', reviewer: 'Ana' }), {
    code: 'forbidden',
  });
  await decide(ana, mine.rows[0]!.id, 'accept');
  assert.equal(await stateOf(owner, mine.rows[0]!.id), 'accepted', 'alone, one’s word counts');
  const ended = await owner.call('deals.end', { id: round.id });
  assert.deepEqual([ended.samples, ended.complete, ended.endedAt !== null], [1, 1, true]);
  assert.equal((await ana.call('samples.list', LIST)).total, 3, 'without a round everybody has all samples');
  await assert.rejects(bo.call('reviews.submit', { sampleId: mine.rows[0]!.id, ...forced }), {
    code: 'forbidden',
    message: /was dealt to Ana/,
  });
  assert.equal(await decide(bo, other, 'reject'), 'rejected');
});
