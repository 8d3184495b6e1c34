import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withNewOrOpenProject } from '../../../src-main/app/projects.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';
import { fovea, foveaJson } from './run-cli.ts';

const samplesOf = (path: string): number => {
  const project = openProject(path);
  try {
    return projectSummary(project.db, path).samples;
  } finally {
    project.close();
  }
};

async function data(dir: string, rows: number): Promise<{ imagesDir: string; questionsFile: string }> {
  const imagesDir = join(dir, 'images');
  mkdirSync(imagesDir);
  await writePng(join(imagesDir, 'a.png'));
  const questionsFile = join(dir, 'q.jsonl');
  const row = (n: number): string =>
    JSON.stringify({ question_id: `id-${n}`, image: 'a.png', text: `what ${n}?` });
  writeFileSync(questionsFile, Array.from({ length: rows }, (_, n) => row(n)).join('\n'));
  return { imagesDir, questionsFile };
}

test('samples and imports are listed, asked about with counts, and removed', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const { imagesDir, questionsFile } = await data(dir, 5);
  assert.equal((await fovea(['import', path, '--images', imagesDir, '--questions', questionsFile])).code, 0);
  const reviews = join(dir, 'r.jsonl');
  writeFileSync(reviews, JSON.stringify({ sample: 'id-3', decision: 'reject', reviewer: 'ann' }));
  assert.equal((await fovea(['review', path, '--apply', reviews])).code, 0);

  const asked = await fovea(['remove', path, '--sample', 'id-3', 'id-4']);
  assert.match(
    asked.stderr,
    /2 samples \(1 decided, 0 labelled, 0 with flags or notes\) would be removed.*--yes/s,
  );
  const kept = await fovea(['remove', path, '--sample', 'id-3'], 'no\n', true);
  assert.match(
    kept.stderr,
    /1 sample \(1 decided.*copied first.*Remove them\? \[y\/N\].*nothing was removed/s,
  );
  const left = await fovea(['remove', path, '--sample', 'id-3'], '', true);
  assert.match(left.stderr, /nothing was removed/, 'a terminal that was closed');
  assert.equal((await fovea(['remove', path, '--sample', 'id-9', '--yes'])).code, 1);
  assert.equal((await fovea(['remove', path, '--yes'])).code, 2);
  assert.equal(samplesOf(path), 5);

  const removed = await fovea(['remove', path, '--sample', 'id-3', 'id-4'], 'y\n', true);
  assert.match(removed.stdout, /Removed 2 samples[^]*fovea restore/, removed.stderr);
  const listed = (await foveaJson(['remove', path, '--list'])).json as {
    imports: { id: number; samples: number }[];
  };
  assert.deepEqual(
    listed.imports.map(({ samples }) => samples),
    [3],
  );
  const all = await foveaJson(['remove', path, '--import', String(listed.imports[0]!.id), '--yes']);
  assert.partialDeepStrictEqual(all.json, { samples: 3, decided: 0, copy: null });
  assert.equal(samplesOf(path), 0);
  assert.match((await fovea(['remove', path, '--list'])).stdout, /No import/);
});

test('a first import that is stopped keeps its whole batches, and says exactly what is there', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const from = await data(dir, 5000);
  const run = (stopAfter: number): Promise<unknown> => {
    const controller = new AbortController();
    const { signal } = controller;
    if (stopAfter === 0) controller.abort();
    const onProgress = (): void => controller.abort();
    return withNewOrOpenProject(path, (project) => importQuestions(project, { ...from, signal, onProgress }));
  };
  await assert.rejects(run(0), {
    code: 'cancelled',
    message: 'stopped; nothing of the import is in the project',
  });
  assert.ok(!existsSync(path), 'no project was made of nothing');
  const error = await run(1000).then(
    () => assert.fail('it was stopped'),
    (thrown: unknown) => FoveaError.from(thrown),
  );
  assert.match(error.message, /1,000 samples of them are in the project now/);
  assert.equal(samplesOf(path), 1000);
  const rest = await withNewOrOpenProject(path, (project) => importQuestions(project, from));
  assert.deepEqual([rest.added, rest.skipped], [4000, 1000]);
});
