/** Batches that are written in one transaction come to the same rows as each in its own, and all of them or none are there. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PLAIN_READING } from '../../../src-main/importers/index.ts';
import { picturesOf, type ReadItem } from '../../../src-main/jobs/import/embedded.ts';
import { readBatches } from '../../../src-main/jobs/import/reading-batches.ts';
import { ImportWriter } from '../../../src-main/jobs/import/writer.ts';
import { chosenFolder } from '../../../src-main/jobs/pictures/chosen.ts';
import { PictureLooks } from '../../../src-main/jobs/pictures/looks.ts';
import { read } from '../../../src-main/store/db.ts';
import { createProject, type Project } from '../../../src-main/store/file/project.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const TABLES = [
  'root',
  'image',
  'sample',
  'sample_state',
  'sample_tag',
  'search_block',
  'search_gram',
  'import_range',
];

/** Written as COCO writes it, as others may, and wrong in every way. */
function annotation(n: number): string {
  const [x, y] = [n % 7, n % 5];
  const plain = `{"id": ${n}, "image_id": ${1 + (n % 9)}, "category_id": ${1 + (n % 3)}, "bbox": [${x}.5, ${y}, 3, 2.25], "segmentation": [[1,2,3,4,5,6]], "area": 6.75, "iscrowd": 0}`;
  if (n % 17 === 0) return plain.replace('"iscrowd": 0', '"iscrowd": 1');
  if (n % 19 === 0) return plain.replace('2.25', '0.225e1');
  if (n % 23 === 0) return plain.replace(/"image_id": \d+/, '"image_id": 77');
  if (n % 29 === 0) return plain.replace('3, 2.25', '300, 2.25');
  if (n % 31 === 0) return plain.replace(', "area"', ',\n "é": "}",\n"area"');
  return plain;
}

async function odd(t: TestContext): Promise<{ dir: string; batches: (readonly ReadItem[])[] }> {
  const dir = temporaryDir(t);
  for (let n = 1; n < 9; n++) await writePng(join(dir, `${n}.png`), 20 + n, 20);
  const images = Array.from({ length: 9 }, (_, n) => ({ id: n + 1, file_name: `${n + 1}.png` }));
  const categories = [1, 2, 3].map((id) => ({ id, name: `thing ${id}` }));
  const annotations = Array.from({ length: 400 }, (_, n) => annotation(n + 1));
  const file = join(dir, 'instances.json');
  writeFileSync(
    file,
    `{"images":${JSON.stringify(images)},"annotations":[${annotations.join(',')}],"categories":${JSON.stringify(categories)}}`,
  );
  const reading = { ...PLAIN_READING, objects: { each: 'annotation' as const, question: null } };
  const batches: (readonly ReadItem[])[] = [];
  for await (const batch of readBatches(file, reading, null, 60)) batches.push(batch);
  assert.ok(batches.length > 5);
  return { dir, batches };
}

async function writerFor(
  t: TestContext,
  dir: string,
  batches: readonly (readonly ReadItem[])[],
): Promise<{ project: Project; writer: ImportWriter }> {
  const project = await createProject(join(temporaryDir(t), 'project'), 'Test');
  t.after(() => project.close());
  const folder = await chosenFolder(project, dir);
  const of = { questionsFile: join(dir, 'instances.json'), reading: PLAIN_READING };
  const writer = new ImportWriter(project, project.path, folder, of);
  const looks = new PictureLooks(folder);
  for (const batch of batches) await writer.lookAt(picturesOf(batch), looks);
  looks.close();
  return { project, writer };
}

function rowsOf({ db }: Project): Record<string, unknown[]> {
  return Object.fromEntries(TABLES.map((table) => [table, read(db, `SELECT * FROM ${table}`).all()]));
}

const asked = (items: readonly ReadItem[]) => ({ items: () => items });

test('several batches in one transaction are the rows, counts and reasons of one after the other', async (t) => {
  const { dir, batches } = await odd(t);
  const alone = await writerFor(t, dir, batches);
  const together = await writerFor(t, dir, batches);
  for (let time = 0; time < 2; time++) {
    const each = batches.map((batch) => alone.writer.write([asked(batch)]));
    const all = together.writer.write(batches.map(asked));
    assert.deepEqual(
      all.failures,
      each.flatMap(({ failures }) => failures),
    );
    assert.deepEqual(
      all.notes,
      each.flatMap(({ notes }) => notes),
    );
    assert.equal(all.lastLine, each.at(-1)!.lastLine);
    assert.deepEqual(together.writer.written, alone.writer.written);
    assert.deepEqual(rowsOf(together.project), rowsOf(alone.project));
    const { added, skipped, failed } = alone.writer.written;
    assert.ok(added > 200 && failed > 20 && skipped === time * added, JSON.stringify(alone.writer.written));
  }
});

test('where one of the batches fails, none of them is there, and they can be written again', async (t) => {
  const { dir, batches } = await odd(t);
  const { project, writer } = await writerFor(t, dir, batches);
  writer.write([asked(batches[0]!)]);
  const [before, rows] = [writer.written, rowsOf(project)];
  const broken = { items: (): never => assert.fail('the disk is gone') };
  assert.throws(() => writer.write([asked(batches[1]!), broken]), /the disk is gone/);
  assert.deepEqual([writer.written, rowsOf(project)], [before, rows]);
  writer.write(batches.slice(1).map(asked));
  const whole = await writerFor(t, dir, batches);
  whole.writer.write(batches.map(asked));
  assert.deepEqual(rowsOf(project), rowsOf(whole.project));
});
