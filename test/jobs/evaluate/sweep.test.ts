/** A sweep over budgets of visual tokens: an evaluation for each, kept, told together; and throughput of benchmarks together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Method } from '../../../src-shared/contract/evaluation.ts';
import { figureFile } from '../../../src-main/jobs/evaluate/report/figures.ts';
import { evaluationReport } from '../../../src-main/jobs/evaluate/report/report.ts';
import { sweepPoints } from '../../../src-main/jobs/evaluate/sweep.ts';
import { evaluationTable } from '../../../src-main/jobs/evaluate/table.ts';
import { sweepLines } from '../../../src-main/app/cli/evaluate/words.ts';
import { getEvaluation } from '../../../src-main/store/evaluations/evaluation.ts';
import { taskCosts } from '../../../src-main/store/evaluations/pass.ts';
import { evaluatedProject } from '../../support/evaluated-project.ts';
import { fakeEngine, type FakeEngine } from '../../support/fake-engine.ts';
import { testPreset } from '../../support/project.ts';

const METHODS: Method[] = ['rpn', 'truth'];

/** Takes a millisecond for each visual token, twice that where it looks closer; reading takes 5. */
function paced(): FakeEngine {
  const engine = fakeEngine();
  const { tryMethod } = engine;
  engine.tryMethod = async (request, signal) => {
    const outcome = await tryMethod(request, signal);
    const visualTokens = (request.tokens ?? 400) * (request.method === 'alone' ? 1 : 2);
    return { ...outcome, visualTokens, timings: { decode: 5, prefill: visualTokens } };
  };
  return engine;
}

test('budgets are evaluations of their own, kept, and told as one sweep from any of them', async (t) => {
  const { project, begin, work } = await evaluatedProject(t, 8, { ...testPreset, family: 'qwen2_5_vl' });
  const { db } = project;
  const ids = new Map<number | null, number>();
  const engine = paced();
  for (const tokens of [256, 64, null]) {
    const { id, jobId } = begin({ methods: METHODS, tokens });
    await work(jobId!, engine);
    ids.set(tokens, id);
  }
  assert.deepEqual([...new Set(engine.tried.map(({ tokens }) => tokens))], [256, 64, undefined]);
  assert.deepEqual(begin({ methods: METHODS, tokens: 64 }), { id: ids.get(64), jobId: null });
  // Another set of methods, or of samples, is none of its points.
  await work(begin({ methods: ['rpn'], tokens: 64 }).jobId!, engine);
  await work(begin({ methods: METHODS, tokens: 128, limit: 4 }).jobId!, engine);
  const points = await sweepPoints(db, getEvaluation(db, ids.get(256)!));
  assert.deepEqual(
    points.map(({ evaluation }) => [evaluation.id, evaluation.settings.tokens]),
    [64, 256, null].map((tokens) => [ids.get(tokens), tokens]),
  );
  assert.deepEqual(await sweepPoints(db, getEvaluation(db, ids.get(null)!)), points);
  const [few] = points;
  const numbers = few!.methods.map(({ method, visualTokens, throughput }) => [
    method,
    visualTokens,
    Math.round(1000 / throughput!.perSecond),
    Math.round(1000 / throughput!.wallPerSecond),
  ]);
  assert.deepEqual(numbers, [
    ['alone', 64, 64, 69],
    ['rpn', 128, 128, 133],
    ['truth', 128, 128, 133],
  ]);
  const lines = sweepLines(points);
  assert.equal(lines.length, 2 + 3 * 3);
  assert.match(lines[3]!, /^64 +RPN +50\.0% \(.+ 128 +7\.81 +7\.52$/);
  assert.match(lines.at(-1)!, /^Its own +Truth box/);
  // Stored maps are of the model's own budget: at another one the answer's map is measured.
  const auc = async (tokens: number | null) =>
    (await evaluationTable(db, ids.get(tokens)!)).methods.find(({ method }) => method === 'rpn')!.means.auc;
  assert.deepEqual(await auc(64), await auc(256));
  assert.notDeepEqual(await auc(64), await auc(null));

  const report = await evaluationReport(project, ids.get(256)!);
  assert.match(report.html, /<h2>Budgets of visual tokens<\/h2>/);
  assert.match(report.html, /<th>Visual tokens at most<\/th><td>256<\/td>/);
  assert.deepEqual(
    report.figures.map(({ name }) => name).filter((name) => name.startsWith('sweep')),
    ['sweep', 'sweep-clock'],
  );
  const curve = figureFile(report.figures.find(({ name }) => name === 'sweep')!);
  assert.equal(curve.match(/<polyline/g)!.length, 3);
  assert.ok(!/NaN|Infinity|undefined/.test(curve));
  assert.deepEqual(await evaluationReport(project, ids.get(256)!), report);
});

test('a model of one size has no budgets', async (t) => {
  const { begin } = await evaluatedProject(t, 2);
  assert.throws(() => begin({ methods: ['rpn'], tokens: 64 }), {
    code: 'bad_input',
    message: /takes pictures of one size/,
  });
});

test('benchmarks together: the first samples of each are timed, and it counts by the size that it has', async (t) => {
  const { project, begin, work } = await evaluatedProject(t, 8);
  const { db } = project;
  const { id, jobId } = begin({ methods: ['rpn'] });
  await work(jobId!, paced());
  assert.deepEqual((await evaluationTable(db, id)).methods[0]!.throughput!.groups, []);
  // Odd samples are DocVQA's, even ones ChartQA's; later ones take far longer than the first two of each.
  db.exec(`UPDATE evaluation_sample SET dataset = CASE sample_id % 2 WHEN 1 THEN 'docvqa' ELSE 'chartqa' END;
    UPDATE evaluation_result SET load_ms = 100, vision_ms = 0, decode_ms = 0, rpn_ms = 0, other_ms = 0,
      prefill_ms = CASE WHEN sample_id > 4 THEN 90000 WHEN sample_id % 2 = 1 THEN 400 ELSE 150 END`);
  assert.deepEqual(
    taskCosts(db, id, ['docvqa', 'chartqa'], 2).filter(({ method }) => method === 'alone'),
    [
      { method: 'alone', task: 'chartqa', timed: 2, load: 200, generate: 300 },
      { method: 'alone', task: 'docvqa', timed: 2, load: 200, generate: 800 },
    ],
  );
  db.exec('UPDATE evaluation_result SET prefill_ms = CASE sample_id % 2 WHEN 1 THEN 400 ELSE 150 END');
  const [group, ...others] = (await evaluationTable(db, id)).methods[0]!.throughput!.groups;
  assert.deepEqual(others, []);
  assert.deepEqual([group!.group, group!.tasks], ['documents', ['chartqa', 'docvqa']]);
  // METHOD §8: Σn ÷ Σ(n ÷ samples a second), n = 2500 and 5301; the score is the plain mean over both.
  assert.ok(Math.abs(group!.perSecond - 7801 / (2500 * 0.15 + 5301 * 0.4)) < 1e-9);
  assert.ok(Math.abs(group!.wallPerSecond - 7801 / (2500 * 0.25 + 5301 * 0.5)) < 1e-9);
  assert.equal(group!.score, 0.25);
});
