/** The way back from the command line: a copy, a project that is destroyed, the copy put back, the rest from the journal. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openProject } from '../../../src-main/store/file/project.ts';
import { testProject } from '../../support/project.ts';
import { fovea, foveaJson } from './run-cli.ts';

const decisions = (path: string): string[] => {
  const { db, close } = openProject(path);
  try {
    return db
      .prepare("SELECT sample_id || ' ' || decision FROM review ORDER BY id")
      .pluck()
      .all() as string[];
  } finally {
    close();
  }
};

test('backup, restore and repair bring a destroyed project back', async (t) => {
  const project = await testProject(t, 3);
  project.close();
  const { path } = project;
  const apply = async (...samples: number[]): Promise<void> => {
    const file = join(path, '..', 'reviews.jsonl');
    const line = (fovea: number): string => JSON.stringify({ fovea, decision: 'reject', reviewer: 'ann' });
    writeFileSync(file, samples.map(line).join('\n'));
    const { code, stderr } = await fovea(['review', path, '--apply', file]);
    assert.equal(code, 0, stderr);
  };
  await apply(1);
  const made = await foveaJson(['backup', path]);
  assert.equal(made.code, 0, made.stderr);
  await apply(2, 3);

  for (const ending of ['', '-wal', '-shm']) rmSync(join(path, `project.db${ending}`), { force: true });
  const lost = await fovea(['export', path, '--format', 'jsonl', '--out', join(path, '..', 'o.jsonl')]);
  assert.equal(lost.code, 1);
  const { file } = made.json as { file: string };
  const back = await foveaJson(['restore', path, file]);
  assert.partialDeepStrictEqual(back.json, { later: 2, aside: null });
  assert.deepEqual(decisions(path), ['1 reject']);
  const repaired = await foveaJson(['doctor', '--repair', path]);
  assert.partialDeepStrictEqual(repaired.json, { database: 'sound', replayed: 2, withoutSample: 0 });
  assert.deepEqual(decisions(path), ['1 reject', '2 reject', '3 reject']);

  const refused = await fovea(['restore', path, join(path, 'decisions.jsonl')]);
  assert.equal(refused.code, 1);
  assert.deepEqual(decisions(path).length, 3);
  const none = await fovea(['restore', path, 'no-such.db']);
  assert.match(none.stderr, /backups/);
});
