import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import type { Method } from '../../../src-shared/contract/evaluation.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { summaryOf } from '../../../src-main/jobs/evaluate/summary.ts';
import { keptTable } from '../../../src-main/jobs/evaluate/kept-table.ts';
import { evaluationTable } from '../../../src-main/jobs/evaluate/table.ts';
import { jobEntry } from '../../../src-main/jobs/queue/entries.ts';
import { retryJob } from '../../../src-main/jobs/queue/steer.ts';
import { read, transact } from '../../../src-main/store/db.ts';
import { cellSamples } from '../../../src-main/store/evaluations/cells.ts';
import { getEvaluation } from '../../../src-main/store/evaluations/evaluation.ts';
import { resultsOf } from '../../../src-main/store/evaluations/result.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { addVerdict } from '../../../src-main/store/outcomes/verdict.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { evaluatedProject } from '../../support/evaluated-project.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

const METHODS: Method[] = ['rpn', 'truth', 'raw'];

const rows = ({ db }: Project) =>
  read<{ sample_id: number; method: string; answer: string | null; error: string | null }>(
    db,
    'SELECT sample_id, method, answer, error FROM evaluation_result ORDER BY 1, 2',
  ).all();

function openedAgain(t: TestContext, { path }: Project) {
  const opened = openProject(path);
  t.after(() => opened.close());
  return opened.db;
}

test('an evaluation asks alone and each method once, scores, measures stored maps, and prints what it found', async (t) => {
  const { project, begin, work } = await evaluatedProject(t);
  const engine = fakeEngine();
  const { id, jobId } = begin({ methods: METHODS });
  const report = await work(jobId!, engine);
  assert.deepEqual([report.done, report.failed, report.cancelled], [8, 0, false]);
  assert.equal(engine.tried.length, 8 * 4);
  assert.deepEqual(engine.tried.find(({ method }) => method === 'truth')!.boxes, [[1, 1, 5, 5]]);
  const table = await evaluationTable(project.db, id);
  assert.deepEqual([table.samples, table.pictures], [8, 4]);
  assert.deepEqual(
    table.methods.map(({ method, outcomes, asked }) => [method, asked, outcomes]),
    [
      ['alone', 8, { fixed: 0, broken: 0, right: 2, wrong: 6 }],
      ['raw', 8, { fixed: 0, broken: 2, right: 0, wrong: 8 }],
      ['rpn', 8, { fixed: 4, broken: 2, right: 4, wrong: 4 }],
      ['truth', 8, { fixed: 2, broken: 2, right: 2, wrong: 6 }],
    ],
  );
  const { rpn, alone } = summaryOf(table).accuracy;
  assert.deepEqual([alone!.value, rpn!.value, rpn!.difference!.value], [0.25, 0.5, 0.25]);
  assert.ok(rpn!.low < 0.5 && rpn!.high > 0.5 && rpn!.difference!.adjusted! >= rpn!.difference!.p);
  assert.deepEqual(table.compared, { accuracy: 3, auc: 1 });
  // The stored maps of the run, on their own grid: the RPN's is another one.
  const auc = summaryOf(table).auc;
  assert.deepEqual(Object.keys(auc), ['raw', 'rpn']);
  assert.notEqual(auc['raw']!.value, auc['rpn']!.value);
  const [first] = resultsOf(project.db, { evaluationId: id, imageId: 1, sampleId: 1 }).filter(
    ({ method }) => method === 'truth',
  );
  assert.deepEqual([first!.iou, first!.inside, first!.auc, first!.visualTokens], [1, 1, null, 40]);
  // Every even question needs the crop, and its answer is unsure: chosen on two of the pictures, measured on the other two.
  const gate = table.gates.find(({ method, signal }) => method === 'rpn' && signal === 'weakest')!;
  assert.deepEqual([gate.threshold, gate.chosenOn, gate.crops!.value], [0.5, 4, 0.5]);
  assert.deepEqual([gate.accuracy!.value, gate.always!.value, gate.alone!.value], [0.75, 0.5, 0.25]);
  assert.deepEqual(
    [gate.againstAlways!.wins, gate.againstAlone!.wins],
    [
      [1, 0],
      [2, 0],
    ],
  );
  assert.deepEqual(gate.curve, [
    { threshold: 0, crops: 1, score: 0.5 },
    { threshold: 0.5, crops: 0.5, score: 0.75 },
    { threshold: null, crops: 0, score: 0.25 },
  ]);
  assert.deepEqual(
    table.gates.map(({ method, signal }) => `${method} ${signal}`),
    ['raw sure', 'raw weakest', 'rpn sure', 'rpn weakest', 'rpn peak'],
  );
  assert.deepEqual(summaryOf(table).gates['rpn']!['weakest']!.threshold, 0.5);
  // Slices add up to the whole, and every cell opens its samples.
  const french = table.slices.find(({ by, value }) => by === 'language' && value === 'fr')!;
  assert.deepEqual(french.methods.find(({ method }) => method === 'rpn')!.outcomes.fixed, 4);
  const cell = { method: 'rpn', which: 'fixed', slice: { by: 'language', value: 'fr' } } as const;
  assert.deepEqual(cellSamples(project.db, id, cell, 100), { ids: [2, 4, 6, 8], total: 4 });
  assert.deepEqual(cellSamples(project.db, id, { ...cell, slice: null }, 1), { ids: [2], total: 4 });
  assert.deepEqual(cellSamples(project.db, id, { ...cell, which: 'broken', slice: null }, 9).ids, [1, 5]);
  assert.deepEqual(cellSamples(project.db, id, { ...cell, which: 'failed', slice: null }, 9).ids, []);
  // Measured anew, what a person says of an answer stands over the rule.
  transact(project.db, () =>
    addVerdict(project.db, {
      sampleId: 1,
      answer: 'rpn to q1 <&> ?',
      verdict: 'right',
      reviewer: 'a',
      at: '2026-01-01T00:00:00.000Z',
    }),
  );
  const judged = begin({ methods: METHODS }, true);
  await work(judged.jobId!);
  assert.deepEqual(
    (await evaluationTable(project.db, judged.id)).methods.find(({ method }) => method === 'rpn')!.outcomes,
    { fixed: 4, broken: 1, right: 5, wrong: 3 },
  );
  // The same wish is answered from what is stored.
  assert.deepEqual(begin({ methods: METHODS }), { id: judged.id, jobId: null });
  assert.notEqual(begin({ methods: METHODS }, true).id, id);
  // A table is counted once; a sample that is removed takes its rows along.
  const kept = await keptTable(project.db, id);
  assert.deepEqual(kept, await evaluationTable(project.db, id));
  assert.equal(await keptTable(project.db, id), kept);
  // It was written when the evaluation ended, and is read by whoever opens the project next: as it is, or not at all.
  const db = openedAgain(t, project);
  project.db.exec(`UPDATE evaluation_table SET numbers = replace(numbers, '"samples":8', '"samples":80')`);
  assert.equal((await keptTable(db, id)).samples, 80);
  project.db.exec(`UPDATE evaluation_table SET numbers = '{}'`);
  assert.deepEqual(await keptTable(openedAgain(t, project), id), kept);
  removeSamples(project.db, [1]);
  assert.equal((await keptTable(project.db, id)).samples, 7);
  assert.equal((await evaluationTable(project.db, id)).samples, 7);
});

test('what fails on a sample is its own, stays said, and is tried again alone', async (t) => {
  const { project, begin, work } = await evaluatedProject(t, 4);
  const failing = fakeEngine((request) => {
    if ('method' in request && request.method === 'rpn' && request.question.startsWith('q2'))
      throw new FoveaError('bad_input', 'no such picture');
    if ('method' in request && request.method === 's2')
      throw new FoveaError('unsupported_model', 's2: not with this projector');
  });
  const { id, jobId } = begin({ methods: ['rpn', 's2'] });
  const report = await work(jobId!, failing);
  assert.deepEqual([report.done, report.failed], [0, 4]);
  const table = await evaluationTable(project.db, id);
  assert.deepEqual(
    table.methods.map(({ method, failed, accuracy }) => [method, failed, accuracy?.n ?? 0]),
    [
      ['alone', 0, 4],
      ['rpn', 1, 3],
      ['s2', 4, 0],
    ],
  );
  assert.match(report.failures[1]!.reason, /rpn: .*no such picture.*s2: /);
  const cell = { method: 'rpn', which: 'failed', slice: null } as const;
  assert.deepEqual(cellSamples(project.db, id, cell, 9).ids, [2]);
  const again = fakeEngine();
  const retry = await work(retryJob(project, jobId!), again);
  assert.deepEqual([retry.done, retry.failed, again.tried.length], [4, 0, 5]);
  assert.ok(rows(project).every(({ error }) => error === null));
  assert.equal(getEvaluation(project.db, id).done, 4);
});

test('what is asked for in vain is refused by name', async (t) => {
  const { project, begin } = await evaluatedProject(t, 2);
  assert.throws(() => begin({ methods: ['proposal'] }), { code: 'bad_input', message: /^proposal: none/ });
  assert.throws(() => begin({ methods: ['rpn'], runId: 9 }), { code: 'not_found' });
  const nothing = { ...NO_FILTER, states: ['rejected' as const] };
  assert.throws(() => begin({ methods: ['rpn'], filter: nothing }), {
    code: 'bad_input',
    message: /no sample/,
  });
  assert.equal(rows(project).length, 0);
});

test('a stop keeps what was asked, a kill loses and doubles nothing', async (t) => {
  const { project, begin, work } = await evaluatedProject(t, 12);
  const { id, jobId } = begin({ methods: METHODS });
  const stop = new AbortController();
  let asked = 0;
  const engine = fakeEngine(() => void (++asked === 6 && stop.abort()));
  const report = await work(jobId!, engine, { signal: stop.signal, onAbort: 'release' });
  assert.deepEqual([report.cancelled, rows(project).length], [true, 5]);
  assert.deepEqual(jobEntry(project.db, jobId!).state, 'queued');
  assert.deepEqual(begin({ methods: METHODS }), { id, jobId });
  const { path } = project;
  project.close();
  const said: string[] = [];
  for (let kills = 0; !said.includes('finished'); kills++) {
    assert.ok(kills < 9, 'it does not get on');
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../support/evaluate-child.ts'), path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const gone = once(child, 'close');
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (kills < 1 && ++lines === 7) child.kill('SIGKILL');
    }
    await gone;
  }
  const after = openProject(path);
  t.after(() => after.close());
  const found = rows(after);
  assert.equal(found.length, 12 * 4);
  assert.ok(found.every(({ method, answer }) => answer?.startsWith(`${method} to q`)));
  assert.equal(getEvaluation(after.db, id).done, 12);
  // Only what was being asked when it was killed was asked twice.
  assert.ok(said.length - 1 <= 12 * 4 - 5 + 2, `${said.length} lines`);
});
