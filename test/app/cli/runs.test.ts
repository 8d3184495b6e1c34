import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { EXIT } from '../../../src-main/app/cli/frame/exit.ts';
import { agreeToReplace } from '../../../src-main/app/cli/frame/agree.ts';
import { Output } from '../../../src-main/app/cli/frame/output.ts';
import type { LabelPreview } from '../../../src-shared/contract/procedures.ts';
import { testPreset } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

test('labelling over another run says what changes; the run is listed, taken back and put back', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const scenes = someScenes(dir, 3);
  await fovea(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const first = await fovea(['label', path, '--device', 'cpu']);
  assert.doesNotMatch(first.stderr, /another run/);
  const second = await fovea(['label', path, '--device', 'cpu', '--answers', 'given', '--limit', '2']);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /Labels of another run are shown on 3 undecided samples \(3 of run 1\)/);
  assert.match(second.stderr, /2 to label \(how long is unknown yet\)/);
  assert.match(second.stderr, /fovea runs take-back .+ RUN/);

  const out = join(dir, 'out.jsonl');
  const args = ['export', path, '--format', 'jsonl', '--out', out, '--include-unreviewed'];
  assert.partialDeepStrictEqual((await foveaJson(args)).json, { runs: { 1: 1, 2: 2 } });
  assert.match((await fovea(args)).stdout, /labels of 2 runs: 1 of run 1, 2 of run 2/);

  const listed = await fovea(['runs', path]);
  assert.match(
    listed.stdout,
    /^run 2: .+given answers: shown on 2 samples.+2 can be taken back.+\nrun 1: .+shown on 1 samples/,
  );
  assert.partialDeepStrictEqual((await foveaJson(['runs', 'take-back', path, '2'])).json, {
    changed: 2,
    unlabelled: 0,
    decided: 0,
  });
  assert.match((await fovea(['runs', path])).stdout, /run 1: .+shown on 3 samples/);
  await fovea(args);
  const runs = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { run: { id: number } }).run.id);
  assert.deepEqual(runs, [1, 1, 1]);
  assert.match((await fovea(['runs', 'put-back', path, '2'])).stdout, /^2 samples show run 2 again/);
  const unknown = await fovea(['runs', 'take-back', path, '9']);
  assert.match(unknown.stderr, /there is no run 9/);

  assert.match(
    (await fovea(['runs', 'rename', path, '2', 'Given ones'])).stdout,
    /^Run 2 is called Given ones/,
  );
  assert.match((await fovea(['runs', path])).stdout, /^run 2 “Given ones”: /);
  assert.equal((await fovea(['runs', 'rename', path, '2', 'x'.repeat(81)])).code, EXIT.usage);
  const said = await fovea(['runs', 'remove', path, '2']);
  assert.match(
    said.stderr,
    /2 labels of run 2 would be removed with maps: 2 undecided samples show another run's label then, 0 none; 0 labels decided on by a person stay.*--yes/s,
  );
  assert.match((await fovea(['runs', 'remove', path, '2'], 'no\n', true)).stderr, /nothing was removed/);
  assert.match((await fovea(['runs', path])).stdout, /run 2 /);
  assert.deepEqual((await foveaJson(['runs', 'remove', path, '2', '--yes'])).json, {
    run: 2,
    labels: 2,
    kept: 0,
    elsewhere: 2,
    unlabelled: 0,
  });
  assert.match((await fovea(['runs', path])).stdout, /^run 1: .+shown on 3 samples/);
  assert.match((await fovea(['runs', 'remove', path, '2', '--yes'])).stderr, /there is no run 2/);
});

const preview: LabelPreview = {
  preset: testPreset,
  model: { name: 'm', dir: '/m', rpnDir: null, adapterDir: null, precision: 'as-stored' },
  chosen: null,
  answerMode: 'self',
  samples: 10,
  decided: 1,
  ready: 0,
  withoutAnswer: 0,
  toLabel: 9,
  replaces: 9,
  showing: [{ runId: 1, samples: 9 }],
  pace: { secondsPerSample: 2, samples: 9, device: 'cpu' },
};

for (const [answer, goesOn] of [
  ['y', true],
  ['no', false],
  ['', false],
] as const) {
  test(`at a terminal labels give way only to a yes: ${JSON.stringify(answer)}`, async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    let said = '';
    stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const stdout = new PassThrough();
    const output = new Output(false, stdout, stderr);
    const asked = agreeToReplace(
      { stdin, stdout, stderr, output, signal: new AbortController().signal },
      preview,
      'p',
      false,
    );
    stdin.write(`${answer}\n`);
    if (goesOn) await asked;
    else await assert.rejects(asked, { code: 'cancelled' });
    assert.match(said, /9 undecided samples \(9 of run 1\).+\n.+about 18 s, by 9 earlier ones.+1 decided/);
  });
}
