/** What pages bring in and take with them: whole or not at all, inside the project's own place, and only what this host wrote. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { Uploads } from '../../../src-main/rpc/uploads.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import type { UploadPiece } from '../../../src-shared/contract/procedures.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { standInResources, writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

async function start(t: TestContext, uploadBudget?: number) {
  const dir = temporaryDir(t);
  const path = join(dir, 'mine');
  (await createProject(path, 'Mine')).close();
  const backend = await createBackend({
    engine: fakeEngine(),
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: await standInResources(dir),
    projectPath: path,
    ...(uploadBudget !== undefined && { uploadBudget }),
  });
  t.after(() => backend.dispose());
  return { ...callsOf(backend), backend, dir, path, place: join(path, 'uploads') };
}

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const piece = (path: string, value: string, at = 0): UploadPiece => ({ path, at, bytes: text(value) });

test('a folder comes in pieces, is seen when it is whole, and its questions are imported with its pictures', async (t) => {
  const { call, dir, place } = await start(t);
  await writePng(join(dir, 'a.png'), 30, 20);
  const picture = new Uint8Array(readFileSync(join(dir, 'a.png')));
  const rows = '{"question_id":"q1","image":"pictures/写真 1.png","text":"Which?"}\n';
  const { id } = await call('uploads.begin', {
    name: 'My set',
    files: 3,
    bytes: picture.length + rows.length + 1000,
  });
  await call('uploads.write', { id, pieces: [{ path: 'pictures/写真 1.png', at: 0, bytes: picture }] });
  await call('uploads.write', { id, pieces: [piece('q.jsonl', rows.slice(0, 9))] });
  await call('uploads.write', { id, pieces: [piece('q.jsonl', rows.slice(9), 9), piece('empty', '')] });
  assert.deepEqual(
    readdirSync(place).filter((name) => !name.startsWith('.')),
    [],
    'nothing is seen of half of it',
  );
  // It is shorter than was said.
  await assert.rejects(call('uploads.finish', { id }), { code: 'bad_input' });
  assert.deepEqual(readdirSync(place), []);

  const again = await call('uploads.begin', {
    name: 'My set',
    files: 2,
    bytes: picture.length + Buffer.byteLength(rows),
  });
  await call('uploads.write', {
    id: again.id,
    pieces: [{ path: 'pictures/写真 1.png', at: 0, bytes: picture }, piece('q.jsonl', rows)],
  });
  const placed = await call('uploads.finish', { id: again.id });
  assert.deepEqual(placed, {
    dir: join(place, 'My set'),
    files: 2,
    file: null,
    bytes: picture.length + Buffer.byteLength(rows),
    pictures: 1,
    questions: [join(place, 'My set', 'q.jsonl')],
  });
  const report = await call('import.start', { imagesDir: placed.dir, questionsFile: placed.questions[0]! });
  assert.deepEqual([report.added, report.failed], [1, 0]);
});

const WRONG: readonly [string, UploadPiece[]][] = [
  ['a name that climbs', [piece('../evil.txt', 'x')]],
  ['a name that climbs further in', [piece('a/../../evil.txt', 'x')]],
  ['an absolute name', [piece('/tmp/evil.txt', 'x')]],
  ['a name with a drive', [piece('C:evil.txt', 'x')]],
  ['a name with a backslash', [piece('a\\..\\evil.txt', 'x')]],
  ['a name with a zero', [piece('a\0.png', 'x')]],
  ['a name of a device', [piece('a/con.txt', 'x')]],
  ['a name that is too long', [piece('é'.repeat(128), 'x')]],
  ['folders in folders without end', [piece('a/'.repeat(40) + 'b', 'x')]],
  ['two files of one name', [piece('a.txt', 'x'), piece('b.txt', 'x'), piece('a.txt', 'y')]],
  ['a file where a folder is', [piece('a/b.txt', 'x'), piece('a', 'y')]],
  ['a piece out of turn', [piece('a.txt', 'x', 1)]],
  ['a piece that comes twice', [piece('a.txt', 'xy'), piece('a.txt', 'y', 1)]],
  ['more than was said', [piece('a.txt', 'x'.repeat(101))]],
];
for (const [words, pieces] of WRONG) {
  test(`refused, and nothing of the upload stays: ${words}`, async (t) => {
    const { call, dir, place } = await start(t);
    const before = readdirSync(dir);
    const { id } = await call('uploads.begin', { name: 'set', files: 3, bytes: 100 });
    await assert.rejects(call('uploads.write', { id, pieces }), { code: 'bad_input' });
    assert.deepEqual([readdirSync(place), readdirSync(dir)], [[], before]);
    await assert.rejects(call('uploads.finish', { id }), { code: 'not_found' });
  });
}

test('a folder of any name lies inside the project’s place, and two of one name beside each other', async (t) => {
  const { call, place } = await start(t);
  const dirs = [];
  for (const name of ['..', '../..', 'con', 'a/b', 'set', 'SET', '.hidden']) {
    const { id } = await call('uploads.begin', { name, files: 1, bytes: 1 });
    await call('uploads.write', { id, pieces: [piece('a.txt', 'x')] });
    dirs.push((await call('uploads.finish', { id })).dir.slice(place.length + 1));
  }
  assert.deepEqual(dirs, ['files', 'files 2', 'files 3', 'a b', 'set', 'SET 2', 'hidden']);
});

test('over the budget nothing begins; what was brought in before counts, and what is on its way', async (t) => {
  const { call, place } = await start(t, 100);
  await assert.rejects(call('uploads.begin', { name: 'a', files: 1, bytes: 101 }), { code: 'no_space' });
  const { id } = await call('uploads.begin', { name: 'a', files: 1, bytes: 60 });
  await assert.rejects(call('uploads.begin', { name: 'b', files: 1, bytes: 60 }), { code: 'no_space' });
  await call('uploads.write', { id, pieces: [piece('a.txt', 'x'.repeat(60))] });
  await call('uploads.finish', { id });
  await assert.rejects(call('uploads.begin', { name: 'b', files: 1, bytes: 60 }), { code: 'no_space' });
  const other = await call('uploads.begin', { name: 'b', files: 1, bytes: 40 });
  await call('uploads.cancel', { id: other.id });
  await call('uploads.cancel', { id: other.id });
  assert.deepEqual(readdirSync(place), ['a']);
  await assert.rejects(call('uploads.begin', { name: 'c', files: 1, bytes: 2 ** 52 }), { code: 'no_space' });
});

test('closing the project takes away what is half there; what a killed host left goes with the next one', async (t) => {
  const path = join(temporaryDir(t), 'mine');
  const project = await createProject(path, 'Mine');
  t.after(() => project.close());
  const uploads = new Uploads(project);
  const id = await uploads.begin({ name: 'a', files: 1, bytes: 5 });
  await uploads.write(id, [piece('a.txt', 'xx')]);
  assert.equal(readdirSync(join(path, 'uploads')).length, 1);
  await uploads.close();
  assert.deepEqual(readdirSync(join(path, 'uploads')), []);
});

test('an export of this host is offered by a word and sent as it was written; nothing else is', async (t) => {
  const { call, backend, dir, path } = await start(t);
  await writePng(join(dir, 'a.png'), 30, 20);
  writeFileSync(join(dir, 'q.jsonl'), '{"question_id":"q1","image":"a.png","text":"Which?"}\n');
  await call('import.start', { imagesDir: dir, questionsFile: join(dir, 'q.jsonl') });
  const out = join(dir, 'audit.csv');
  await call('export.start', { format: 'csv', path: out, includeUnreviewed: true, audit: true });
  const { url, name } = await call('export.offer', { path: out });
  const word = /^\/export\/([\w-]+)$/.exec(url)![1]!;
  const found = await backend.download(word);
  assert.deepEqual([name, found?.name, found?.zipped], ['audit.csv', 'audit.csv', false]);
  const sent = [];
  for await (const one of found!.files[0]!.read()) sent.push(one);
  assert.deepEqual(Buffer.concat(sent), readFileSync(out));

  assert.equal(await backend.download('x'.repeat(32)), null);
  for (const other of [join(dir, 'q.jsonl'), join(path, 'project.db'), '/etc/hostname'])
    await assert.rejects(call('export.offer', { path: other }), { code: 'not_found' });
  appendFileSync(out, 'more');
  await assert.rejects(backend.download(word), { code: 'not_found' });
  await assert.rejects(call('export.offer', { path: out }), { code: 'not_found' });
  rmSync(out);
  symlinkSync('/etc/hostname', out);
  await assert.rejects(backend.download(word), { code: 'not_found' });
  assert.ok(existsSync(out));
});
