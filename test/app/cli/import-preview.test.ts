/** `fovea import --preview` and `--dry-run`: what would come of it, with nothing written. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ImportPreview } from '../../../src-shared/contract/procedures.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';

/** 300 good rows, of which the first are looked at; the 251st names a picture that is not there, the last no question. */
async function table(dir: string): Promise<string> {
  mkdirSync(join(dir, 'p'));
  await writePng(join(dir, 'p/a.png'));
  const rows = Array.from(
    { length: 300 },
    (_, n) => `${n},${n === 250 ? 'gone' : 'a'}.png,"What, no. ${n}?"`,
  );
  const file = join(dir, 'table.csv');
  writeFileSync(file, `no,img,prompt\n${rows.join('\n')}\n301,a.png,\n`);
  return file;
}

test('a preview looks at the first rows, a dry run at all of them; neither makes a project or writes anything', async (t) => {
  const dir = temporaryDir(t);
  const questions = await table(dir);
  const project = join(dir, 'project');
  const before = readdirSync(dir).sort();
  const args = ['import', project, '--questions', questions, '--images', join(dir, 'p')];

  const first = await foveaJson([...args, '--preview']);
  const preview = first.json as ImportPreview;
  assert.equal(first.code, 0, first.stderr);
  assert.equal(preview.container.name, 'table');
  assert.equal(preview.failed, 0);
  assert.equal(preview.samples[0]!.question, 'What, no. 0?');

  const all = await foveaJson([...args, '--dry-run']);
  const checked = all.json as ImportPreview;
  assert.equal(all.code, 3, all.stderr);
  assert.equal(checked.failed, 2);
  assert.match(all.stderr, /gone\.png/);

  const words = await fovea([...args, '--dry-run', '--column', 'prompt=question', '--column', 'img=image']);
  assert.match(words.stdout + words.stderr, /300|299/);
  assert.deepEqual(readdirSync(dir).sort(), before);
  assert.ok(!existsSync(project));

  const done = (await foveaJson(args)).json as { readonly done: number; readonly failed: number };
  assert.deepEqual([done.done, done.failed], [299, 2], 'the import does what the dry run said');
});

test('a column that is none, and a field that is none, are refused before anything is read', async (t) => {
  const dir = temporaryDir(t);
  const questions = await table(dir);
  const args = ['import', join(dir, 'project'), '--questions', questions, '--preview'];
  assert.equal((await fovea([...args, '--column', 'prompt=words'])).code, 2);
  const gone = await fovea([
    'import',
    join(dir, 'project'),
    '--questions',
    join(dir, 'none.csv'),
    '--dry-run',
  ]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /does not exist/);
});
