/** `fovea eval` on a few scenes of the demo: what it prints, what it refuses, and that a killed one ends with the same numbers. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EvaluationSummary } from '../../../src-main/jobs/evaluate/summary.ts';
import { read } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { comes, until } from '../../support/comes.ts';
import { startFovea, told } from '../../support/fovea-process.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

const SAMPLES = 5;
/** Alone among them. */
const METHODS = ['alone', 'rpn', 'truth'];

/** Of every method its numbers, without what a clock says of them: throughput, and what leaving a crop out saves. */
function untimed({ throughput: _, gates: __, ...numbers }: EvaluationSummary): object {
  return numbers;
}

test('fovea eval prints one object, says what it cannot do, and ends with the same numbers after a kill -9', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const scenes = someScenes(dir, SAMPLES);
  await fovea(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const early = await fovea(['eval', path]);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /no model has labelled this project yet.*Label it first/);
  assert.equal((await fovea(['label', path, '--device', 'cpu'])).code, 0);
  const refused: readonly (readonly [args: string[], code: number, words: RegExp])[] = [
    [['--methods', 'alone,guess'], 2, /There is no method "guess".*One of: alone, raw/],
    [['--methods', 'pure_grad'], 2, /pure_grad needs gradients/],
    [['--methods', 'proposal'], 1, /proposal: none of these samples has an outside proposal/],
    [['--run', '9'], 1, /there is no run 9/],
    [['--where', 'state=rejected'], 1, /no sample is left to evaluate/],
    [['--limit', '0'], 2, /--limit/],
  ];
  for (const [args, code, words] of refused) {
    const said = await fovea(['eval', path, ...args]);
    assert.equal(said.code, code, said.stderr);
    assert.match(said.stderr, words);
    assert.equal(said.stdout, '');
  }

  const asked = ['eval', path, '--methods', METHODS.join(',')];
  const killed = startFovea([...asked, '--json']);
  t.after(() => killed.child.kill('SIGKILL'));
  const project = openProject(path);
  t.after(() => project.close());
  const rows = () =>
    read<{ sample_id: number; method: string; prefill_ms: number }>(
      project.db,
      'SELECT sample_id, method, prefill_ms FROM evaluation_result ORDER BY sample_id, method',
    ).all();
  const ended = killed.ended.then(() => {
    throw new Error(`it ended by itself\n${told(killed)}`);
  });
  ended.catch(() => undefined);
  await until(() => rows().length >= 2, { what: 'two answers', said: () => told(killed) }, ended);
  killed.child.kill('SIGKILL');
  await comes(killed.ended, { what: 'the end of what was killed' });
  const before = rows();
  assert.ok(before.length < METHODS.length * SAMPLES, `${before.length} rows`);

  const went = await foveaJson(asked);
  assert.equal(went.code, 0, went.stderr);
  const after = rows();
  assert.equal(after.length, METHODS.length * SAMPLES);
  for (const row of before) assert.ok(after.some((now) => JSON.stringify(now) === JSON.stringify(row)));
  const numbers = went.json as EvaluationSummary;
  const keys = ['n', 'accuracy', 'auc', 'throughput', 'slices', 'outcomes'];
  assert.deepEqual(Object.keys(numbers).slice(0, keys.length), keys);
  assert.equal(numbers.n, SAMPLES);
  assert.deepEqual(Object.keys(numbers.accuracy), METHODS);
  assert.deepEqual(Object.keys(numbers.auc), ['rpn']);
  assert.deepEqual(Object.keys(numbers.throughput), METHODS);
  for (const { relative, perSecond, wallPerSecond } of Object.values(numbers.throughput))
    assert.ok(relative! > 0 && perSecond >= wallPerSecond && wallPerSecond > 0);
  for (const { right, wrong, failed } of Object.values(numbers.outcomes))
    assert.deepEqual([right + wrong, failed], [SAMPLES, 0]);
  assert.ok(numbers.auc['rpn']!.value > 0.7, `${numbers.auc['rpn']!.value}`);
  const languages = Object.values(numbers.slices['language']!);
  assert.equal(
    languages.reduce((sum, { n }) => sum + n, 0),
    SAMPLES,
  );

  const undisturbed = await foveaJson([...asked, '--anew']);
  assert.equal(undisturbed.code, 0, undisturbed.stderr);
  assert.equal(rows().length, 2 * METHODS.length * SAMPLES);
  assert.deepEqual(untimed(undisturbed.json as EvaluationSummary), untimed(numbers));

  // What is measured already is printed, with its report; nothing is asked.
  const report = join(dir, 'report.html');
  const again = await foveaJson([...asked, '--report', report]);
  assert.match(again.stderr, /Measured already; --anew measures again/);
  assert.deepEqual(again.json, undisturbed.json);
  assert.ok(existsSync(report) && existsSync(join(dir, 'report-accuracy-throughput.svg')));
  // A method that cannot be asked of this model fails by itself; the rest is measured.
  const some = await fovea(['eval', path, '--methods', 'scaled', '--limit', '1']);
  assert.equal(some.code, 3);
  assert.match(some.stderr, /sample 1: scaled: .*the encoder takes 224 × 224 pixels only/);
  assert.match(
    some.stdout,
    /^Evaluation 3: .+\nMethod +Right +Against alone.+\nAlone.+\nMore tokens \(1 failed\)/,
  );
  // Nor has it budgets to sweep over.
  const swept = await fovea(['eval', path, '--sweep', '64,32']);
  assert.equal(swept.code, 1);
  assert.match(swept.stderr, /takes pictures of one size/);
  assert.match(
    (await fovea(['eval', path, '--sweep', '64,0'])).stderr,
    /--sweep must be a whole number from 1/,
  );
});
