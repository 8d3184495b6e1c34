/** The command line as scripts use it: exit codes, JSON alone on stdout, one-line errors, nothing half done. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { write } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { DEMO_CHECKPOINT, copyDemoCheckpoint } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson, type CliResult } from './run-cli.ts';
import { someScenes } from './scenes.ts';

function importArgs(project: string, scenes: { imagesDir: string; questionsFile: string }): string[] {
  return ['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile];
}

/** One line on stderr that says what to do (a slow machine says how far it got before), nothing on stdout. */
function assertOneLineError({ stdout, stderr }: CliResult, pattern: RegExp): void {
  assert.equal(stdout, '');
  const said = stderr.replace(/^Importing: .+\n/gm, '');
  assert.match(said, /^fovea: [^\n]+\n$/);
  assert.match(said, pattern);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

test('import, label, review, export: the whole loop', async (t) => {
  const dir = temporaryDir(t);
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 5);

  const imported = await foveaJson(importArgs(project, scenes));
  assert.equal(imported.code, 0, imported.stderr);
  assert.partialDeepStrictEqual(imported.json, { done: 5, failed: 0, skipped: 0, failures: [] });
  const again = await foveaJson(importArgs(project, scenes));
  assert.partialDeepStrictEqual(again.json, { done: 0, failed: 0, skipped: 5 });

  const some = await foveaJson(['label', project, '--limit', '2', '--device', 'cpu']);
  assert.equal(some.code, 0, some.stderr);
  assert.partialDeepStrictEqual(some.json, { done: 2, failed: 0, skipped: 0 });
  const rest = await foveaJson(['label', project, '--device', 'cpu']);
  assert.partialDeepStrictEqual(rest.json, { done: 3, failed: 0, skipped: 2 });
  const none = await foveaJson(['label', project, '--device', 'cpu']);
  assert.partialDeepStrictEqual(none.json, { done: 0, failed: 0, skipped: 5 });

  const [first, second, third] = scenes.ids;
  const label = new Array<number>(256).fill(0).fill(1, 40, 44);
  const decisions = join(dir, 'decisions.jsonl');
  const lines = [
    { sample: first, decision: 'accept', reviewer: 'ann' },
    { sample: second, decision: 'correct', label, reviewer: 'ann', note: 'by hand' },
    { sample: third, decision: 'reject', reviewer: 'ben' },
  ].map((line) => JSON.stringify(line));
  writeFileSync(decisions, lines.join('\n'));
  const applied = await foveaJson(['review', project, '--apply', decisions]);
  assert.equal(applied.code, 0, applied.stderr);
  assert.partialDeepStrictEqual(applied.json, { done: 3, failed: 0, skipped: 0 });

  const out = join(dir, 'out.jsonl');
  const exported = await foveaJson(['export', project, '--format', 'jsonl', '--out', out]);
  assert.equal(exported.code, 0, exported.stderr);
  assert.partialDeepStrictEqual(exported.json, {
    done: 2,
    failed: 0,
    skipped: 3,
    skippedBy: { rejected: 1, unreviewed: 2 },
  });
  assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 2);
  const all = await foveaJson(['export', project, '--format', 'coco', '--out', out, '--include-unreviewed']);
  assert.equal(all.code, 0, all.stderr);
  assert.partialDeepStrictEqual(all.json, { failed: 0 });
  const text = await fovea(['export', project, '--format', 'sdrpn', '--out', join(dir, 'out.pkl')]);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /^Exported \d+ samples to .+out\.pkl/);
});

test('import: bad lines are named by number, the others go in, the exit code says so', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(dir, 3);
  const lines = readFileSync(scenes.questionsFile, 'utf8').trim().split('\n');
  writeFileSync(
    scenes.questionsFile,
    [lines[0], '{"question_id": 7', lines[1], '{"text":"?"}', lines[2]].join('\n'),
  );
  const result = await foveaJson(importArgs(join(dir, 'project'), scenes));
  assert.equal(result.code, 3);
  assert.partialDeepStrictEqual(result.json, { done: 3, failed: 2 });
  assert.match(result.stderr, /1 row: not valid JSON\. .+\n {2}.*questions\.jsonl line 2: .+\n/);
  assert.match(result.stderr, /1 row: the row names no picture\. .+\n {2}.*questions\.jsonl line 4\n/);
});

test('import: what is read otherwise or left out is said with counts, and options say what a file does not', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(dir, 1);
  const { image } = JSON.parse(readFileSync(scenes.questionsFile, 'utf8').split('\n')[0]) as {
    image: string;
  };
  const turn = (from: string, value: string): object => ({ from, value });
  const conversations = [
    turn('human', 'Look at <image> and say'),
    turn('gpt', 'red'),
    turn('human', 'And now?'),
  ];
  const questionsFile = join(dir, 'talk.json');
  writeFileSync(questionsFile, JSON.stringify([{ image: [image], conversations }]));
  const talk = { ...scenes, questionsFile };
  const first = await foveaJson([...importArgs(join(dir, 'one'), talk), '--turns', 'first']);
  assert.equal(first.code, 0, first.stderr);
  assert.partialDeepStrictEqual(first.json, { done: 1, updated: 0, failed: 0, skipped: 0 });
  assert.match(first.stderr, /1 sample: .*left out, as asked for\n {2}.*talk\.json line 1: 1 left out/);
  assert.match(first.stderr, /1 sample: <image> stood within the question/);
  assert.match(first.stderr, /1 sample: it has no id.+\n.+"talk-row-1"/);
  const all = await fovea(importArgs(join(dir, 'two'), talk));
  assert.match(all.stdout, /^Imported 2 samples \(0 were there already, 0 failed\)/);
  assert.match(all.stderr, /1 sample: a further question of its conversation.+--turns first/);

  conversations[1] = turn('gpt', 'blue');
  writeFileSync(questionsFile, JSON.stringify([{ image, conversations }]));
  const again = await fovea(importArgs(join(dir, 'two'), talk));
  assert.match(again.stdout, /^Imported 0 samples \(1 was corrected, 1 was there already, 0 failed\)/);
  assert.match(again.stderr, /1 sample: its answer was corrected\n.+: "blue"/);

  for (const wrong of [
    ['--turns', 'some'],
    ['--boxes', 'inches'],
  ]) {
    const result = await fovea([...importArgs(join(dir, 'three'), talk), ...wrong]);
    assert.equal(result.code, 2);
    assert.match(result.stderr, /^fovea: [^\n]+\n$/);
  }
});

test('label --answers given says how many samples have no answer, and refuses where none has', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(dir, 2);
  const project = join(dir, 'project');
  const rows = readFileSync(scenes.questionsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  const write = (...answers: (string | null)[]): void =>
    writeFileSync(
      scenes.questionsFile,
      rows.map((row, i) => JSON.stringify({ ...row, answer: answers[i] })).join('\n'),
    );
  write(null, null);
  await fovea(importArgs(project, scenes));
  const label = ['label', project, '--answers', 'given', '--device', 'cpu'];
  const none = await fovea(label);
  assert.equal(none.code, 1);
  assertOneLineError(none, /no sample has a given answer/);
  write('42', null);
  await fovea(importArgs(project, scenes));
  const some = await fovea(label);
  assert.equal(some.code, 0, some.stderr);
  assert.match(some.stdout, /^Labelled 1 samples? \(0 needed no work, 1 have no answer to feed, 0 failed\)/);
  assert.match(some.stderr, /1 sample has no answer of the data and was left out.+--answers self/);
});

const badImages: readonly [string, (file: string) => void][] = [
  ['a 0-byte picture', (file) => writeFileSync(file, '')],
  ['a text file named .png', (file) => writeFileSync(file, 'not a picture')],
  ['a missing picture', () => undefined],
];
for (const [what, make] of badImages) {
  test(`import of nothing but ${what} is one line with a next step, and no project is made`, async (t) => {
    const dir = temporaryDir(t);
    make(join(dir, 'a.png'));
    const questionsFile = join(dir, 'q.jsonl');
    writeFileSync(questionsFile, '{"question_id":"1","image":"a.png","text":"what?"}\n');
    const project = join(dir, 'project');
    const result = await fovea(importArgs(project, { imagesDir: dir, questionsFile }));
    assert.equal(result.code, 1);
    assertOneLineError(result, /q\.jsonl line 1\)\. .+nothing was imported/);
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.includes('project')),
      [],
    );
  });
}

test('label says when the labels shown were made with another prompt, and makes a run of its own', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  await fovea(importArgs(path, someScenes(dir, 1)));
  const first = await fovea(['label', path, '--device', 'cpu']);
  assert.doesNotMatch(first.stderr, /another prompt/);
  const project = openProject(path);
  write(project.db, `UPDATE run SET settings = json_set(settings, '$.prompt.sha256', 'other')`).run();
  project.close();
  const again = await foveaJson(['label', path, '--device', 'cpu']);
  assert.match(again.stderr, /Run 1 was made with another prompt .* makes a new run, decisions are kept/);
  assert.partialDeepStrictEqual(again.json, { run: 2, failed: 0, skipped: 0 });
  assert.doesNotMatch((await fovea(['label', path, '--device', 'cpu'])).stderr, /another prompt/);
});

test('review: a bad line stops everything, names its number, and nothing is applied', async (t) => {
  const dir = temporaryDir(t);
  const project = join(dir, 'project');
  const scenes = someScenes(dir, 1);
  await fovea(importArgs(project, scenes));
  await fovea(['label', project, '--device', 'cpu']);
  const file = join(dir, 'decisions.jsonl');
  writeFileSync(
    file,
    `{"sample":"${scenes.ids[0]}","decision":"accept","reviewer":"a"}\n\n{"sample":"no such","decision":"accept","reviewer":"a"}\n`,
  );
  const result = await fovea(['review', project, '--apply', file]);
  assert.equal(result.code, 1);
  assertOneLineError(result, /decisions\.jsonl line 3/);
  const exported = await foveaJson(['export', project, '--format', 'jsonl', '--out', join(dir, 'o.jsonl')]);
  assert.partialDeepStrictEqual(exported.json, { done: 0, skippedBy: { unreviewed: 1 } });
});

const usage: readonly (readonly string[])[] = [
  [],
  ['no-such-command'],
  ['label'],
  ['label', 'p', '--no-such-option'],
  ['label', 'p', '--limit', '0'],
  ['label', 'p', '--limit', '1e3x'],
  ['label', 'p', '--device', 'abacus'],
  ['label', 'p', '--answers', 'guess'],
  ['import', 'p'],
  ['export', 'p', '--format', 'xml', '--out', 'o'],
  ['serve', '--port', '70000'],
  ['serve', '--host', '0.0.0.0'],
  ['review', 'p'],
  ['model'],
  ['roi', 'labels'],
  ['roi', 'nothing', '--variant', 'llava'],
];
for (const args of usage) {
  test(`wrong usage exits with 2 and one line: fovea ${args.join(' ')}`, async () => {
    const result = await fovea(args);
    assert.equal(result.code, 2, result.stderr);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /^[^\n]+\n$/);
  });
}

test('errors with --json are one JSON object on stdout and the line on stderr', async (t) => {
  const missing = join(temporaryDir(t), 'none');
  for (const args of [
    ['label', missing],
    ['review', missing, '--apply', 'f'],
    ['export', missing, '--format', 'jsonl', '--out', 'o'],
    ['serve', missing],
    ['model', 'check', missing],
    ['import', missing, '--images', missing, '--questions', missing],
    ['label', missing, '--no-such-option'],
  ]) {
    const { code, json, stderr } = await foveaJson(args);
    assert.ok(code === 1 || code === 2, args.join(' '));
    const { error } = json as { error: { code: string; next: string | null } };
    assert.ok(error.code && error.next, `${args.join(' ')}: ${JSON.stringify(error)}`);
    assert.match(stderr, /^fovea: [^\n]+\n$/);
    assert.equal(existsSync(missing), false);
  }
});

test('a project from a newer version and a folder nobody may write are refused, nothing is written', async (t) => {
  const dir = temporaryDir(t);
  const project = join(dir, 'project');
  await fovea(importArgs(project, someScenes(dir, 1)));
  const db = new Database(join(project, 'project.db'));
  db.pragma('user_version = 9999');
  db.close();
  assertOneLineError(await fovea(['label', project]), /newer/);
  const locked = join(dir, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o555);
  const result = await fovea(['demo', join(locked, 'demo')]);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /you may not write here/);
  assert.deepEqual(readdirSync(locked), []);
  chmodSync(locked, 0o755);
});

test('model check describes a checkpoint and refuses a damaged one by name', async (t) => {
  const good = await foveaJson(['model', 'check', DEMO_CHECKPOINT]);
  assert.equal(good.code, 0, good.stderr);
  assert.partialDeepStrictEqual(good.json, { family: 'llava', preset: 'demo' });
  const damaged = copyDemoCheckpoint(t);
  writeFileSync(join(damaged, 'config.json'), '{"model_type":"abacus"}');
  const bad = await foveaJson(['model', 'check', damaged]);
  assert.equal(bad.code, 1);
  assert.partialDeepStrictEqual(bad.json, { error: { code: 'unsupported_model' } });
});

test('doctor tries everything and says what is missing', async (t) => {
  process.env.FOVEA_HOME = join(temporaryDir(t), 'home');
  t.after(() => delete process.env.FOVEA_HOME);
  const { code, json } = await foveaJson(['doctor']);
  assert.equal(code, 0);
  const { checks } = json as { checks: { name: string; status: string; next: string | null }[] };
  assert.deepEqual(
    checks.map(({ name }) => name),
    ['node', 'cpu', 'webgpu', 'data folder', 'electron', 'browser'],
  );
  for (const { name, status, next } of checks) {
    assert.ok(status === 'ok' || next !== null, `${name} is ${status} and says no next step`);
  }
});

test('roi goes to the plumbing with its own options', async () => {
  const result = await fovea(['roi', 'labels', '--variant', 'llava', '--json'], 'nonsense\n');
  assert.equal(result.code, 2);
  assert.match(result.stderr, /line 1/);
});

test('--version and --help are no errors', async () => {
  assert.match((await fovea(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  const help = await fovea(['--help']);
  assert.equal(help.code, 0);
  for (const name of ['demo', 'import', 'label', 'review', 'export', 'serve', 'model', 'doctor', 'roi']) {
    assert.match(help.stdout, new RegExp(`^  ${name}`, 'm'));
  }
});
