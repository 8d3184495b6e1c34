import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { ErrorCode } from '../../../src-shared/contract/errors.ts';
import { createProject, openProject } from '../../../src-main/store/file/project.ts';
import { getPredictionMaps, samplesToLabel } from '../../../src-main/store/predictions/prediction.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { addSamples, predict, testProject, testRun } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** Every file of a folder with its bytes, to prove that nothing was written. */
function snapshot(dir: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    try {
      found[name] = readFileSync(join(dir, name), 'latin1');
    } catch {
      found[name] = 'folder';
    }
  }
  return found;
}

async function closedProject(t: TestContext): Promise<string> {
  const project = await testProject(t);
  const run = testRun(project);
  const predictionId = predict(project, run, 1);
  submitReview(
    project.db,
    { sampleId: 1, predictionId, decision: 'accept', label: null, reviewer: 'a', note: null },
    null,
  );
  predict(project, run, 2);
  project.close();
  return project.path;
}

test('a project is made whole or not at all', async (t) => {
  const dir = temporaryDir(t);
  const failing = createProject(join(dir, 'p'), 'P', () => Promise.reject(new Error('no')));
  await assert.rejects(failing);
  assert.deepEqual(readdirSync(dir), []);
  const project = await createProject(join(dir, 'a/b'), 'P', async (p) =>
    writeFileSync(join(p.path, 'x'), ''),
  );
  assert.deepEqual(
    readdirSync(project.path)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .sort(),
    ['cache', 'maps.db', 'project.db', 'x'],
  );
  project.close();
  await assert.rejects(createProject(join(dir, 'a'), 'P'), { code: 'bad_input' });
});

const hostile: [string, ErrorCode, (dir: string) => void][] = [
  ['no project', 'not_found', (dir) => rmSync(join(dir, 'project.db'))],
  ['an empty database file', 'bad_project', (dir) => truncateSync(join(dir, 'project.db'), 0)],
  ['a truncated database', 'bad_project', (dir) => truncateSync(join(dir, 'project.db'), 8192)],
  ['a text file', 'bad_project', (dir) => writeFileSync(join(dir, 'project.db'), 'hello '.repeat(100))],
  [
    "another program's database",
    'bad_project',
    (dir) => {
      rmSync(join(dir, 'project.db'));
      const db = new Database(join(dir, 'project.db'));
      db.exec('CREATE TABLE x (y)');
      db.close();
    },
  ],
  [
    'damaged pages',
    'bad_project',
    (dir) => {
      const bytes = readFileSync(join(dir, 'project.db'));
      bytes.fill(0xff, 4096, 4096 * 6);
      writeFileSync(join(dir, 'project.db'), bytes);
    },
  ],
  [
    'a newer version',
    'project_too_new',
    (dir) => {
      const db = new Database(join(dir, 'project.db'));
      db.pragma('user_version = 999');
      db.close();
    },
  ],
  [
    'a newer maps version',
    'project_too_new',
    (dir) => {
      const db = new Database(join(dir, 'maps.db'));
      db.pragma('user_version = 999');
      db.close();
    },
  ],
];

test('a damaged project, and one whose database is gone, say how to go back', async (t) => {
  const dir = await closedProject(t);
  mkdirSync(join(dir, 'backups'), { recursive: true });
  cpSync(join(dir, 'project.db'), join(dir, 'backups', 'project-2026-01-02T030405.db'));
  for (const harm of [
    () => writeFileSync(join(dir, 'project.db'), Buffer.alloc(9000)),
    () => rmSync(join(dir, 'project.db')),
  ]) {
    harm();
    assert.throws(
      () => openProject(dir),
      (error: { code: string; next: string }) =>
        error.code === 'bad_project' && error.next.startsWith(`fovea doctor --repair "${dir}"`),
    );
  }
});

for (const [name, code, harm] of hostile) {
  test(`refuses ${name} with ${code}, a next step, and nothing written`, async (t) => {
    const dir = await closedProject(t);
    harm(dir);
    const before = snapshot(dir);
    assert.throws(
      () => openProject(dir),
      (error: { code: string; next: string | null }) => error.code === code && error.next !== null,
    );
    const after = snapshot(dir);
    chmodSync(dir, 0o755);
    assert.deepEqual(after, before);
  });
}

test('a missing or damaged maps.db is made anew, decisions stay, and its samples count as to label', async (t) => {
  const dir = await closedProject(t);
  for (const harm of [
    () => rmSync(join(dir, 'maps.db')),
    () => writeFileSync(join(dir, 'maps.db'), 'rubbish'),
    () => {
      const bytes = readFileSync(join(dir, 'maps.db'));
      bytes.fill(0xee, 4096);
      writeFileSync(join(dir, 'maps.db'), bytes);
    },
  ]) {
    harm();
    const project = openProject(dir);
    assert.equal(project.mapsRecreated, true);
    assert.equal(reviewHistory(project.db, 1).length, 1);
    assert.equal(getPredictionMaps(project.db, 1), null);
    assert.deepEqual(samplesToLabel(project.db, 1, { withAnswer: false, limit: null }), [1, 2, 3]);
    assert.equal(projectSummary(project.db, dir).byState.accepted, 1);
    project.close();
  }
  assert.ok(existsSync(join(dir, 'maps.db.damaged')) && existsSync(join(dir, 'maps.db.damaged-2')));
});

test('a project can be moved: a root inside it is relative', async (t) => {
  const dir = await closedProject(t);
  const elsewhere = join(temporaryDir(t), 'moved');
  mkdirSync(elsewhere);
  cpSync(dir, elsewhere, { recursive: true });
  const project = openProject(elsewhere);
  const { imagePath } = await import('../../../src-main/store/pictures/image.ts');
  assert.equal(imagePath(project.db, project.path, 1), join(elsewhere, 'images/1.png'));
  project.close();
});

test('a database whose tail is still in its log, as a full disk leaves it, opens whole', async (t) => {
  const dir = await closedProject(t);
  const size = statSync(join(dir, 'project.db')).size;
  const project = openProject(dir);
  addSamples(project, 500);
  project.db.pragma('wal_checkpoint(PASSIVE)');
  const copy = join(temporaryDir(t), 'copy');
  cpSync(dir, copy, { recursive: true, filter: (path) => !path.endsWith('-shm') });
  project.close();
  truncateSync(join(copy, 'project.db'), size);
  const again = openProject(copy);
  assert.equal(projectSummary(again.db, copy).samples, 500);
  assert.equal(again.db.pragma('integrity_check', { simple: true }), 'ok');
  again.close();
});
