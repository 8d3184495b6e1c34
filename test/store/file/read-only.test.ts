/** Projects that cannot be written open for looking and exporting; every write is refused in words, nothing is touched. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { addNote, setFlags } from '../../../src-main/store/samples/annotation.ts';
import { backUp } from '../../../src-main/store/backup/backup.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { newestRevisionId, submitReview } from '../../../src-main/store/reviews/review.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { makeOlder } from '../../support/older-project.ts';
import { fill, onDisk } from '../../support/own-disk.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const decide = (project: Project, sampleId = 1): unknown =>
  submitReview(
    project.db,
    { sampleId, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
    undefined,
  );

/** A closed project with one decision. */
async function decided(t: TestContext): Promise<string> {
  const project = await testProject(t, 3);
  decide(project);
  project.close();
  return project.path;
}

/** Every file with its bytes, time and mode. */
function snapshot(dir: string): unknown {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const file = join(dir, name);
      const { mode, mtimeMs } = statSync(file);
      return [name, mode, mtimeMs, statSync(file).isFile() ? readFileSync(file, 'base64') : null];
    });
}

const copies = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`fovea-look-${process.pid}-`));

async function readsAndRefuses(t: TestContext, dir: string, code: 'read_only' | 'no_space'): Promise<void> {
  const before = snapshot(dir);
  const project = openProject(dir);
  const out = temporaryDir(t);
  try {
    assert.equal(project.path, dir);
    assert.equal(project.readOnly?.code, code);
    const summary = projectSummary(project.db, project.path);
    assert.equal(summary.samples, 3);
    assert.equal(summary.readOnly?.code, code);
    assert.equal(newestRevisionId(project.db), 1);
    for (const write of [
      () => decide(project, 2),
      () => addNote(project.db, 2, 'n', 'a'),
      () => setFlags(project.db, [2], ['example'], true, 'a'),
    ]) {
      assert.throws(write, (error: { code: string; message: string; next: string | null }) => {
        assert.equal(error.code, code);
        assert.match(error.message, /read-only, open for looking and exporting/);
        return error.next !== null;
      });
    }
    const report = await exportSamples(
      project,
      { format: 'jsonl', path: join(out, 'out.jsonl'), includeUnreviewed: false, replace: 'nothing' },
      exporters,
    );
    assert.equal(report.remembered, false);
    await backUp(project.db, join(out, 'copy.db'));
  } finally {
    project.close();
  }
  assert.deepEqual(snapshot(dir), before, 'nothing was written there');
  assert.deepEqual(copies(), [], 'the private copy is gone');
}

/** Ways a project can be closed to writing, and back. */
const WAYS: Readonly<Record<string, readonly [close: (dir: string) => void, open: (dir: string) => void]>> = {
  'a folder without write permission': [(dir) => chmodSync(dir, 0o555), (dir) => chmodSync(dir, 0o755)],
  'a database without write permission': [
    (dir) => chmodSync(join(dir, 'project.db'), 0o444),
    (dir) => chmodSync(join(dir, 'project.db'), 0o644),
  ],
  'maps without write permission': [
    (dir) => chmodSync(join(dir, 'maps.db'), 0o444),
    (dir) => chmodSync(join(dir, 'maps.db'), 0o644),
  ],
  'chmod -R a-w': [
    (dir) => execFileSync('chmod', ['-R', 'a-w', dir]),
    (dir) => execFileSync('chmod', ['-R', 'u+w', dir]),
  ],
};

for (const [name, [close, open]] of Object.entries(WAYS)) {
  test(`${name}: the project opens for looking and exporting, and for writing once it may be written`, async (t) => {
    const dir = await decided(t);
    close(dir);
    try {
      await readsAndRefuses(t, dir, 'read_only');
    } finally {
      open(dir);
    }
    const project = openProject(dir);
    t.after(() => project.close());
    assert.equal(project.readOnly, null);
    decide(project, 2);
  });
}

test('a read-only project whose log was not read in yet shows what is in the log', async (t) => {
  const project = await testProject(t, 3);
  decide(project);
  const dir = join(dirname(project.path), 'killed');
  cpSync(project.path, dir, { recursive: true });
  assert.ok(statSync(join(dir, 'project.db-wal')).size > 0);
  rmSync(join(dir, 'project.db-shm'));
  chmodSync(dir, 0o555);
  try {
    await readsAndRefuses(t, dir, 'read_only');
  } finally {
    chmodSync(dir, 0o755);
  }
});

test('a read-only project of an older version is brought up to date in the copy only', async (t) => {
  const dir = await decided(t);
  makeOlder(dir, 5);
  chmodSync(dir, 0o555);
  try {
    const project = openProject(dir);
    assert.equal(projectSummary(project.db, dir).samples, 3);
    project.close();
  } finally {
    chmodSync(dir, 0o755);
  }
  const same = new Database(join(dir, 'project.db'), { readonly: true });
  t.after(() => same.close());
  assert.equal(same.pragma('user_version', { simple: true }), 5);
});

test('a full disk: the project opens for looking, and for writing once there is room', async (t) => {
  const dir = await decided(t);
  await onDisk(t, async (disk) => {
    const there = join(disk, 'project');
    cpSync(dir, there, { recursive: true });
    const filler = fill(disk);
    const project = openProject(there);
    try {
      assert.equal(project.readOnly?.code, 'no_space');
      assert.equal(newestRevisionId(project.db), 1);
      assert.throws(() => decide(project, 2), { code: 'no_space' });
    } finally {
      project.close();
    }
    rmSync(filler);
    const writable = openProject(there);
    try {
      assert.equal(writable.readOnly, null);
      decide(writable, 2);
    } finally {
      writable.close();
    }
  });
});

test('a disk that fills up while the project is open: saving stops, and goes on when there is room', async (t) => {
  const dir = await decided(t);
  await onDisk(t, async (disk) => {
    const there = join(disk, 'project');
    cpSync(dir, there, { recursive: true });
    const project = openProject(there);
    try {
      const filler = fill(disk);
      let saved = 1;
      assert.throws(
        () => {
          for (;;) {
            decide(project, 2);
            saved++;
          }
        },
        { code: 'no_space' },
      );
      assert.equal(newestRevisionId(project.db), saved, 'what was answered as saved, and no more');
      rmSync(filler);
      decide(project, 3);
      assert.equal(newestRevisionId(project.db), saved + 1);
    } finally {
      project.close();
    }
  });
});

test('a read-only mount: the project opens for looking and exporting', async (t) => {
  const dir = await decided(t);
  await onDisk(t, async (disk) => {
    cpSync(dir, join(disk, 'project'), { recursive: true });
    assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0);
    await readsAndRefuses(t, join(disk, 'project'), 'read_only');
  });
});
