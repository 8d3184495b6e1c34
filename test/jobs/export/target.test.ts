/** An export never takes anything away: what it may replace, and what it refuses whatever is said. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Exporter } from '../../../src-main/exporters/types.ts';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { exportTarget, type Replace } from '../../../src-main/jobs/export/target.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { testProject } from '../../support/project.ts';

const to = (project: Project, path: string, replace: Replace = 'own', list = exporters) =>
  exportSamples(project, { format: 'jsonl', path, includeUnreviewed: true, replace }, list);

async function withPicture(t: TestContext) {
  const project = await testProject(t, 1);
  const dir = dirname(project.path);
  const pictures = join(dir, 'pictures');
  mkdirSync(pictures);
  writeFileSync(join(pictures, 'a.png'), 'a picture');
  const rootId = ensureRoot(project.db, project.path, pictures);
  ensureImage(project.db, { rootId, path: 'a.png', bytes: 9, mtimeMs: 0, width: 3, height: 2 });
  ensureImage(project.db, { rootId, path: 'gone.png', bytes: 9, mtimeMs: 0, width: 3, height: 2 });
  return { project, dir, pictures };
}

test('nothing inside the project, whatever is said', async (t) => {
  const { project, dir } = await withPicture(t);
  symlinkSync(project.path, join(dir, 'another-way'));
  const paths = ['project.db', 'maps.db', 'new.jsonl', join('cache', 'x.jsonl')].flatMap((name) => [
    join(project.path, name),
    join(dir, 'another-way', name),
    join(dir, 'pictures', '..', 'project', name),
  ]);
  const before = readFileSync(join(project.path, 'maps.db'));
  for (const path of paths) await assert.rejects(to(project, path, 'any'), { code: 'bad_input' }, path);
  assert.deepEqual(readFileSync(join(project.path, 'maps.db')), before);
  assert.ok(!existsSync(join(project.path, 'new.jsonl')));
});

test('no picture of the data, there or missing, by any way to it', async (t) => {
  const { project, dir, pictures } = await withPicture(t);
  symlinkSync(pictures, join(dir, 'linked'));
  for (const path of [join(pictures, 'a.png'), join(pictures, 'gone.png'), join(dir, 'linked', 'a.png')])
    await assert.rejects(to(project, path, 'any'), { code: 'bad_input', message: /picture/ }, path);
  assert.equal(readFileSync(join(pictures, 'a.png'), 'utf8'), 'a picture');
  await to(project, join(pictures, 'labels.jsonl'));
});

test("no other project's databases", async (t) => {
  const { project } = await withPicture(t);
  const other = await testProject(t, 1);
  const path = join(other.path, 'project.db');
  const before = readFileSync(path);
  await assert.rejects(to(project, path, 'any'), { code: 'bad_input' });
  await assert.rejects(to(project, `${path}-wal`, 'any'), { code: 'bad_input' });
  assert.deepEqual(readFileSync(path), before);
});

test("its own export is replaced when agreed, somebody else's file only when that is said", async (t) => {
  const { project, dir } = await withPicture(t);
  const path = join(dir, 'labels.jsonl');
  assert.equal((await exportTarget(project, path, 'jsonl')).state, 'free');
  const { remembered } = await to(project, path, 'nothing');
  assert.ok(remembered);
  const target = await exportTarget(project, path, 'jsonl');
  assert.partialDeepStrictEqual(target, { state: 'own', format: 'jsonl', samples: 0 });
  await assert.rejects(to(project, path, 'nothing'), { code: 'conflict' });
  await to(project, path, 'own');

  // Somebody has worked on it since.
  writeFileSync(path, 'sorted by hand');
  utimesSync(path, 1, 1);
  assert.equal((await exportTarget(project, path, 'jsonl')).state, 'foreign');
  await assert.rejects(to(project, path, 'own'), { code: 'conflict', next: /--replace/ });
  assert.equal(readFileSync(path, 'utf8'), 'sorted by hand');
  await to(project, path, 'any');
  assert.equal((await exportTarget(project, path, 'jsonl')).state, 'own');

  // A link is the file that it points to.
  writeFileSync(join(dir, 'notes.txt'), 'notes');
  symlinkSync(join(dir, 'notes.txt'), join(dir, 'link.jsonl'));
  await assert.rejects(to(project, join(dir, 'link.jsonl')), { code: 'conflict' });
  await assert.rejects(to(project, dir, 'any'), { code: 'bad_input', message: /folder/ });
});

test('a file that came while the export was written stays', async (t) => {
  const { project, dir } = await withPicture(t);
  const path = join(dir, 'labels.jsonl');
  const slow: Exporter = {
    ...exporters.find(({ format }) => format === 'jsonl')!,
    export(samples, file, options) {
      writeFileSync(path, "somebody else's");
      return exporters[0]!.export(samples, file, options);
    },
  };
  await assert.rejects(to(project, path, 'own', [slow]), { code: 'conflict' });
  assert.equal(readFileSync(path, 'utf8'), "somebody else's");
});
