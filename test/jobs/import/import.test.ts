import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { countLines } from '../../../src-main/importers/containers/bytes.ts';
import { PLAIN_READING } from '../../../src-main/importers/index.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import type { Looked } from '../../../src-main/jobs/pictures/look-wire.ts';
import { hardlyWait } from '../../../src-main/store/patience.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { PictureLooks } from '../../../src-main/jobs/pictures/looks.ts';
import { addNote } from '../../../src-main/store/samples/annotation.ts';
import { chosenFolder } from '../../../src-main/jobs/pictures/chosen.ts';
import { importedIds, listImports } from '../../../src-main/store/exchange/import-log.ts';
import { read } from '../../../src-main/store/db.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { imagePath } from '../../../src-main/store/pictures/image.ts';
import { testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';

interface Data {
  readonly project: Project;
  readonly imagesDir: string;
  readonly questionsFile: string;
  write(lines: readonly (object | string)[]): void;
}

async function setUp(t: TestContext): Promise<Data> {
  const dir = temporaryDir(t);
  const imagesDir = join(dir, 'images');
  const questionsFile = join(dir, 'questions.jsonl');
  mkdirSync(join(imagesDir, 'deep'), { recursive: true });
  await writePng(join(imagesDir, 'a.png'), 40, 25);
  await writePng(join(imagesDir, 'deep/b.png'));
  await writePng(join(dir, 'outside.png'));
  const write: Data['write'] = (lines) =>
    writeFileSync(
      questionsFile,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
  return { project: await testProject(t, 0), imagesDir, questionsFile, write };
}

const question = (id: string, image: string, text = 'what ?'): object => ({ question_id: id, image, text });

test('imports in place, again only what is new', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  write([
    { ...question('1', 'a.png'), answer: '42', language: 'fr', split: 'train', boxes: [[1, 2, 3, 4]] },
    question('2', 'a.png'),
    question('1', 'deep/b.png'),
  ]);
  const first = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([first.added, first.skipped, first.failed], [3, 0, 0]);
  const detail = sampleDetail(project.db, 1);
  assert.deepEqual(
    [
      detail.referenceAnswer,
      detail.language,
      detail.split,
      detail.image.width,
      detail.image.height,
      detail.state,
    ],
    ['42', 'fr', 'train', 40, 25, 'unlabelled'],
  );
  assert.equal(imagePath(project.db, project.path, detail.image.id), join(imagesDir, 'a.png'));
  assert.ok(!readdirSync(project.path).includes('a.png'));
  write([question('1', 'a.png'), question('1', 'a.png', 'another question ?'), question('3', 'a.png')]);
  const second = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([second.added, second.skipped, second.failed], [2, 1, 0]);
  assert.deepEqual([projectSummary(project.db, '').samples, projectSummary(project.db, '').images], [5, 2]);
});

test('bad lines are refused with their numbers, the others go in', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  writeFileSync(join(imagesDir, 'empty.png'), '');
  writeFileSync(join(imagesDir, 'text.png'), 'this is no picture');
  symlinkSync('a.png', join(imagesDir, 'inner.png'));
  write([
    question('ok', 'inner.png'),
    '{"question_id": "cut',
    question('gone', 'missing.png'),
    question('up', '../outside.png'),
    question('top', '/etc/hostname'),
    question('zero', 'empty.png'),
    question('text', 'text.png'),
    question('folder', 'deep'),
    question('ok2', 'a.png'),
  ]);
  const report = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([report.added, report.failed], [2, 7]);
  assert.deepEqual(
    report.failures.flatMap(({ places }) => places.map(({ line }) => line)).sort(),
    [2, 3, 4, 5, 6, 7, 8],
  );
  assert.ok(report.failures.every(({ reason, next }) => reason && next && !reason.includes('\n')));
  const gone = report.failures.find(({ places }) => places[0].line === 3);
  assert.deepEqual(gone?.places, [{ line: 3, value: '"missing.png"' }]);
});

test('a missing folder or file is said before anything is written; stopping keeps whole batches', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  write([question('1', 'a.png')]);
  const at = (over: object): Promise<unknown> =>
    importQuestions(project, { imagesDir, questionsFile, ...over });
  await assert.rejects(at({ imagesDir: join(imagesDir, 'none') }), { code: 'not_found' });
  await assert.rejects(at({ questionsFile: join(imagesDir, 'none') }), { code: 'not_found' });
  assert.equal(projectSummary(project.db, '').samples, 0);
  write(Array.from({ length: 4500 }, (_, n) => question(String(n), 'a.png')));
  const controller = new AbortController();
  const stopped = at({ signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(stopped, { code: 'cancelled' });
  assert.equal(projectSummary(project.db, '').samples, 1000);
  const rest = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([rest.added, rest.skipped], [3500, 1000]);
});

test('an import that is taken back leaves no sample, but for those that somebody worked with', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  const { db } = project;
  write([{ ...question('old', 'a.png'), tags: ['kept'] }]);
  await importQuestions(project, { imagesDir, questionsFile });
  write(Array.from({ length: 4500 }, (_, n) => ({ ...question(String(n), 'a.png'), tags: ['new'] })));
  const stopped = (work: () => void): Promise<unknown> => {
    const controller = new AbortController();
    const onProgress = (questions: number, line: number): void => {
      assert.equal(line, questions);
      if (questions < 4000) return;
      work();
      controller.abort();
    };
    const { signal } = controller;
    return importQuestions(project, { imagesDir, questionsFile, signal, onStop: 'take back', onProgress });
  };
  await assert.rejects(
    stopped(() => undefined),
    /nothing of it is in the project/,
  );
  assert.equal(projectSummary(db, '').samples, 1);
  const left = (table: string): number =>
    read<{ n: number }>(db, `SELECT COUNT(*) AS n FROM ${table}`).get()!.n;
  for (const table of ['sample', 'sample_state', 'sample_tag', 'import']) assert.equal(left(table), 1, table);
  assert.equal(countSamples(db, { ...NO_FILTER, text: 'what' }), 1);
  write([
    question('elsewhere', 'deep/b.png'),
    ...Array.from({ length: 4500 }, (_, n) => question(String(n), 'a.png')),
  ]);
  await assert.rejects(
    stopped(() => undefined),
    /nothing of it is in the project/,
  );
  assert.deepEqual(read(db, 'SELECT path FROM image').all(), [{ path: 'a.png' }], 'nor a picture of its own');
  write(Array.from({ length: 4500 }, (_, n) => ({ ...question(String(n), 'a.png'), tags: ['new'] })));

  await assert.rejects(
    stopped(() => {
      const { id } = read<{ id: number }>(db, 'SELECT MAX(id) AS id FROM sample').get()!;
      addNote(db, id, 'look', 'ann');
    }),
    /1 sample of it was worked with already/,
  );
  assert.equal(projectSummary(db, '').samples, 2);
  const again = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([again.added, again.skipped], [4499, 1]);
});

test('taking an import back waits for another program that writes', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  hardlyWait(project.db);
  const other = openProject(project.path);
  t.after(() => other.close());
  write([question('1', 'a.png')]);
  const controller = new AbortController();
  const onProgress = (): void => {
    other.db.exec('BEGIN IMMEDIATE');
    setTimeout(() => other.db.exec('COMMIT'), 150);
    controller.abort();
  };
  const options = {
    imagesDir,
    questionsFile,
    signal: controller.signal,
    onStop: 'take back',
    onProgress,
  } as const;
  await assert.rejects(importQuestions(project, options), /nothing of it is in the project/);
  assert.equal(projectSummary(project.db, '').samples, 0);
});

test('rows of samples that are there correct them, by kind, and touch no decision', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  const { db } = project;
  const first = {
    ...question('1', 'a.png'),
    answer: 'red',
    tags: ['one'],
    boxes: [[1, 2, 3, 4]],
    split: 'train',
  };
  write([first, { ...question('2', 'a.png'), answer: 'blue' }, question('3', 'a.png')]);
  await importQuestions(project, { imagesDir, questionsFile });
  addNote(db, 1, 'look', 'ann');
  submitReview(
    db,
    { sampleId: 1, predictionId: null, decision: 'reject', label: null, reviewer: 'ann', note: null },
    undefined,
  );
  write([
    { ...first, answer: 'green', tags: ['two', 'three'], boxes: [[1, 2, 30, 4]] },
    // What a file does not say stays.
    question('2', 'a.png'),
    { ...question('3', 'a.png'), split: 'val', language: 'fr' },
  ]);
  const report = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([report.added, report.updated, report.skipped, report.failed], [0, 2, 1, 0]);
  assert.deepEqual(
    report.notes.map(({ reason, count, places }) => [reason, count, places[0].line, places[0].value]),
    [
      ['its answer was corrected', 1, 1, '"green"'],
      ['its truth boxes were corrected', 1, 1, '[[1, 2, 30, 4]]'],
      ['its tags were corrected', 1, 1, '["two", "three"]'],
      ['its language was corrected', 1, 3, '"fr"'],
      ['its split was corrected', 1, 3, '"val"'],
    ],
  );
  const detail = sampleDetail(db, 1);
  assert.deepEqual([detail.referenceAnswer, detail.split, detail.state], ['green', 'train', 'rejected']);
  assert.equal(sampleDetail(db, 2).referenceAnswer, 'blue');
  const tagged = read<{ tag: string }>(
    db,
    'SELECT tag FROM sample_tag WHERE sample_id = 1 ORDER BY tag',
  ).all();
  assert.deepEqual(
    tagged.map(({ tag }) => tag),
    ['three', 'two'],
  );
  assert.deepEqual(
    listSamples(db, { ...NO_FILTER, text: 'green' }, 0, 10).map(({ id }) => id),
    [1],
  );
  assert.deepEqual((await importQuestions(project, { imagesDir, questionsFile })).skipped, 3);
});

test('boxes that cannot be pixels of their picture are refused by name, and taken where it is said what they are', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  const boxed = (id: string, ...boxes: number[][]): object => ({ ...question(id, 'a.png'), boxes });
  const rows = {
    inside: [0, 0, 40, 25],
    rounded: [0, 0, 40.4, 25],
    outside: [30, 0, 60, 25],
    negative: [-5, 0, 20, 20],
    unit: [0.25, 0.2, 0.5, 0.6],
    thousand: [250, 200, 500, 600],
    xywh: [30, 20, 8, 4],
  };
  const all = Object.entries(rows);
  const boxesOf = (id: string): unknown => {
    const row = read<{ truth_boxes: string }>(
      project.db,
      'SELECT truth_boxes FROM sample WHERE external_id = ?',
    ).get(id);
    return row && (JSON.parse(row.truth_boxes) as unknown);
  };
  write(all.map(([id, box]) => boxed(id, box)));
  const report = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([report.added, report.failed], [2, 5]);
  const why = Object.fromEntries(
    report.failures.flatMap(({ reason, next, places }) =>
      places.map(({ line }) => [all[line - 1][0], `${reason}. ${next}`] as const),
    ),
  );
  assert.match(why['outside'], /reaches outside its picture.*--boxes thousand/);
  assert.match(why['thousand'], /reaches outside its picture.*--boxes thousand/);
  assert.match(why['negative'], /reaches outside its picture\. Correct/);
  assert.match(why['unit'], /fractions.*--boxes unit/);
  assert.match(why['xywh'], /x0 < x1.*--boxes xywh/);
  assert.deepEqual(boxesOf('rounded'), [[0, 0, 40, 25]]);
  assert.match(report.notes[0].reason, /up to a pixel outside/);

  for (const [boxes, right] of [
    ['unit', [10, 5, 20, 15]],
    ['thousand', [10, 5, 20, 15]],
    ['xywh', [30, 20, 38, 24]],
  ] as const) {
    write([boxed(boxes, rows[boxes])]);
    const said = { imagesDir, questionsFile, reading: { ...PLAIN_READING, boxes } } as const;
    assert.equal((await importQuestions(project, said)).added, 1, boxes);
    assert.deepEqual(boxesOf(boxes), [right]);
  }
  // Said to be pixels after all, by somebody who corrects what came in otherwise.
  write([boxed('unit', [0, 0, 1, 1])]);
  const pixels = { imagesDir, questionsFile, reading: { ...PLAIN_READING, boxes: 'pixels' } } as const;
  assert.equal((await importQuestions(project, pixels)).updated, 1);
  assert.deepEqual(boxesOf('unit'), [[0, 0, 1, 1]]);
  write([boxed('far', [0, 0, 2000, 20])]);
  await assert.doesNotReject(importQuestions(project, pixels));
  assert.equal(boxesOf('far'), undefined);
});

test('one oversized field fails its row and the project stays as quick as it was', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  write([question('1', 'a.png'), question('2', 'a.png', 'x'.repeat(9_000_000)), question('3', 'a.png')]);
  const report = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([report.added, report.failed], [2, 1]);
  assert.match(report.failures[0].reason, /^text: longer than 20,000 characters$/);
  assert.match(report.failures[0].places[0].value ?? '', /9,000,000 characters/);
  const longest = read<{ n: number }>(project.db, 'SELECT MAX(length(question)) AS n FROM sample').get();
  assert.equal(longest?.n, 6);
});

/** 64×64 of one grey, as a phone stores pictures; made with pillow-heif. */
const HEIC = Buffer.from(
  [
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA',
    'AAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAABYAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAA',
    'AA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNw',
    'AAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHB',
    'crAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAA',
    'AAABAAEEgQIDBAAAAB5tZGF0AAAAEigBrxOA5shoU+ofhRv+UYaOYA==',
  ].join(''),
  'base64',
);

test('HEIC is refused at import by its name, in one piece or put together of tiles, whatever it is called', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  writeFileSync(join(imagesDir, 'one.heic'), HEIC);
  const tiles = Buffer.from(HEIC);
  tiles.write('grid', tiles.indexOf('infe') + 12, 'latin1');
  writeFileSync(join(imagesDir, 'tiles.jpg'), tiles);
  write([question('1', 'one.heic'), question('2', 'tiles.jpg'), question('3', 'a.png')]);
  const { added, failed, failures } = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([added, failed], [1, 2]);
  assert.deepEqual(
    failures.map(({ reason, count }) => [/HEIC/.test(reason), count]),
    [[true, 2]],
    JSON.stringify(failures),
  );
});

test('lines of a questions file are counted with and without an ending', async (t) => {
  const { questionsFile } = await setUp(t);
  for (const [text, count] of [
    ['', 0],
    ['a', 1],
    ['a\nb\n', 2],
    ['a\n\nb', 3],
  ] as const) {
    writeFileSync(questionsFile, text);
    assert.equal(await countLines(questionsFile), count);
  }
  await assert.rejects(countLines(`${questionsFile}.none`), { code: 'not_found' });
});

test('a named pipe among the pictures costs its own lines, with the reason', async (t) => {
  if (process.platform === 'win32') return;
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  execFileSync('mkfifo', [join(imagesDir, 'pipe.png')]);
  write([question('1', 'pipe.png'), question('2', 'a.png')]);
  const { added, failed, failures } = await importQuestions(project, { imagesDir, questionsFile });
  assert.deepEqual([added, failed], [1, 1]);
  assert.match(failures[0].reason, /named pipe/);
});

test('an import is noted with its samples; what adds none leaves no note, and pictures are looked at once', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  for (let n = 0; n < 150; n++) await writePng(join(imagesDir, `p${n}.png`), 8 + n, 5);
  const rows = Array.from({ length: 5000 }, (_, n) =>
    question(`r${n}`, n % 9 ? `p${n % 150}.png` : 'none.png'),
  );
  write(rows);
  const report = await importQuestions(project, { imagesDir, questionsFile });
  const bad = rows.filter((_, n) => n % 9 === 0).length;
  assert.deepEqual([report.added, report.skipped, report.failed], [5000 - bad, 0, bad]);
  const [noted, ...others] = listImports(project.db, project.path);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [noted!.questionsFile, noted!.imagesDir, noted!.added, noted!.failed, noted!.samples],
    [questionsFile, imagesDir, 5000 - bad, bad, 5000 - bad],
  );
  assert.equal(importedIds(project.db, noted!.id).length, 5000 - bad);
  const wide = sampleDetail(project.db, 1).image;
  assert.deepEqual([wide.width, wide.height], [9, 5]);
  await importQuestions(project, { imagesDir, questionsFile });
  assert.equal(read(project.db, 'SELECT id FROM import').all().length, 1);
});

test('cancelling answers while pictures are still being looked at', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  write(Array.from({ length: 100 }, (_, n) => question(String(n), 'a.png')));
  t.mock.method(PictureLooks.prototype, 'look', () => new Promise(() => undefined));
  const controller = new AbortController();
  const stopped = importQuestions(project, { imagesDir, questionsFile, signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(stopped, { code: 'cancelled' });
});

test('pictures whose thread does not answer are looked at one by one by the guarded way', async (t) => {
  const { project, imagesDir } = await setUp(t);
  symlinkSync('../outside.png', join(imagesDir, 'link.png'));
  const paths = ['a.png', 'none.png', 'deep/b.png', '../outside.png', 'link.png'];
  const found: unknown[] = [];
  for (const lostMs of [15_000, 0]) {
    const looks = new PictureLooks(await chosenFolder(project, imagesDir), lostMs);
    // Nobody else takes fingerprints.
    found.push((await looks.look(paths)).map((one) => ('error' in one ? one : { ...one, sha256: null })));
    looks.close();
  }
  assert.deepEqual(found[0], found[1]);
  const [plain, none, deep, outside, link] = found[0] as Looked[];
  assert.ok('image' in plain! && plain.image.width === 40 && 'image' in deep! && deep.linkedInto === null);
  assert.ok('error' in none! && none.error.code === 'not_found' && 'error' in outside!);
  assert.ok('image' in link! && link.linkedInto !== null);
});

test('an import leaves the connection as careful as it found it', async (t) => {
  const { project, imagesDir, questionsFile, write } = await setUp(t);
  write(Array.from({ length: 1500 }, (_, n) => question(String(n), n === 1200 ? 'none.png' : 'a.png')));
  const settings = (): unknown[] =>
    ['main.synchronous', 'cache_size', 'wal_autocheckpoint'].map((name) =>
      project.db.pragma(name, { simple: true }),
    );
  const before = settings();
  assert.equal(before[0], 2, 'FULL: a decision that is answered as saved survives a power cut');
  const meanwhile: unknown[] = [];
  const onProgress = (): void => void meanwhile.push(project.db.pragma('main.synchronous', { simple: true }));
  await importQuestions(project, { imagesDir, questionsFile, onProgress });
  assert.deepEqual([settings(), new Set(meanwhile)], [before, new Set([2])]);
});
