import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getPredictionMaps } from '../../../src-main/store/predictions/prediction.ts';
import { listJobs } from '../../../src-main/store/jobs/job.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { read } from '../../../src-main/store/db.ts';
import { fakeOutcome } from '../../support/fake-engine.ts';
import { seededRandom } from '../../support/random.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

const CHILD = join(import.meta.dirname, '../../support/label-child.ts');
const SEED = 20_26;
const SAMPLES = 40;

/** Starts a child, kills it after `lines` lines and `ms` more, and gives what it said. */
async function killAfter(args: readonly string[], lines: number, ms: number): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'close');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line);
    if (said.length !== lines) continue;
    await delay(ms);
    child.kill('SIGKILL');
  }
  await gone;
  return said;
}

test(`labelling killed at random moments loses and doubles nothing (seed ${SEED})`, async (t) => {
  const project = await testProject(t, SAMPLES);
  const modelDir = join(project.path, '../model');
  mkdirSync(modelDir);
  writeFileSync(join(modelDir, 'config.json'), '{}');
  project.close();
  const next = seededRandom(SEED);
  const said: string[] = [];
  for (let kills = 0; !said.includes('finished'); kills++) {
    assert.ok(kills < 30, 'it does not get on');
    const lines = kills < 6 ? 1 + Math.floor(next() * 6) : Infinity;
    said.push(...(await killAfter(['label', project.path, modelDir], lines, next() * 6)));
  }
  const after = openProject(project.path);
  t.after(() => after.close());
  const rows = read<{ id: number; sample_id: number; question: string; answer: string }>(
    after.db,
    'SELECT p.id, p.sample_id, s.question, p.answer FROM prediction p JOIN sample s ON s.id = p.sample_id ORDER BY 2',
  ).all();
  assert.deepEqual(
    rows.map((row) => row.sample_id),
    Array.from({ length: SAMPLES }, (_, i) => i + 1),
  );
  for (const row of rows) {
    const expected = fakeOutcome(row.question);
    assert.equal(row.answer, expected.answer);
    assert.deepEqual(getPredictionMaps(after.db, row.id), expected.maps);
  }
  const told = said.filter((line) => line !== 'finished');
  assert.equal(new Set(told).size, told.length, 'a sample was labelled twice');
  assert.ok(listJobs(after.db).every((job) => job.state === 'done' || job.state === 'cancelled'));
  assert.equal(after.db.pragma('integrity_check', { simple: true }), 'ok');
});

test(`a process killed while it writes reviews loses none that it was told is saved (seed ${SEED})`, async (t) => {
  const project = await testProject(t, 3);
  const run = testRun(project);
  for (const id of [1, 2, 3]) predict(project, run, id);
  project.close();
  const next = seededRandom(SEED);
  const told: number[] = [];
  for (let kills = 0; kills < 4; kills++) {
    const said = await killAfter(['review', project.path], 3 + Math.floor(next() * 30), next() * 5);
    told.push(...said.map(Number));
  }
  const after = openProject(project.path);
  t.after(() => after.close());
  const saved = read<{ id: number; note: string; label: Uint8Array | null; decision: string }>(
    after.db,
    'SELECT * FROM review ORDER BY id',
  ).all();
  const ids = new Set(saved.map((row) => row.id));
  assert.ok(told.length > 12 && told.every((id) => ids.has(id)));
  assert.ok(saved.every((row) => (row.decision === 'accept') === (row.label?.length === 6)));
  assert.equal(after.db.pragma('integrity_check', { simple: true }), 'ok');
});
