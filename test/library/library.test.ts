/** The list of models: what may be added, what a name means, and above all what is never deleted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ModelLibrary } from '../../src-main/library/library.ts';
import { MANIFEST, PART } from '../../src-main/library/owned.ts';
import { changeRegistry, readRegistry } from '../../src-main/library/registry.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { cacheRepository, SNAPSHOT } from '../support/hub-cache.ts';
import { splitRpn } from '../support/split-rpn.ts';

const TINY = join(import.meta.dirname, '../golden/oracle/cases/llava-original-tower');

function newLibrary(t: TestContext): { readonly library: ModelLibrary; readonly home: string } {
  const home = temporaryDir(t);
  return { home, library: new ModelLibrary({ home, demoDir: DEMO_CHECKPOINT }) };
}

function copyOf(t: TestContext, name: string): string {
  const dir = join(temporaryDir(t), name);
  cpSync(TINY, dir, { recursive: true });
  return dir;
}

/** Every file below a folder with its content. */
function everything(dir: string): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'latin1')]),
  );
}

/** A download's entry with its folder, as a finished download leaves them. */
async function pretendDownload(library: ModelLibrary, folder: string): Promise<string> {
  const { models, registry } = library.places;
  const dir = join(models, folder);
  mkdirSync(dir, { recursive: true });
  const hash = { kind: 'git', hex: '0'.repeat(40) };
  const files = ['config.json', 'tower/config.json'].map((path) => ({ path, size: 2, hash }));
  mkdirSync(join(dir, 'tower'));
  for (const { path } of files) writeFileSync(join(dir, path), '{}');
  const source = { repo: 'org/name', revision: 'main', commit: '1'.repeat(40) };
  writeFileSync(join(dir, MANIFEST), JSON.stringify({ version: 1, ...source, complete: true, files }));
  await changeRegistry(registry, (entries) => ({
    entries: [
      ...entries,
      { name: folder, kind: 'download', ...source, folder, addedAt: 'now', check: null } as const,
    ],
    result: null,
  }));
  return dir;
}

test('a folder is added where it lies, listed with what its files say, and only forgotten', async (t) => {
  const { library, home } = newLibrary(t);
  const dir = copyOf(t, 'my model');
  const before = everything(dir);
  const { model, added } = await library.add(dir);
  assert.deepEqual([model.name, model.kind, model.dir, added], ['my-model', 'folder', dir, true]);
  const { parameters, layers, heads, grid, rpn, dtypes } = model.facts ?? assert.fail();
  assert.deepEqual(
    [parameters, dtypes, layers, heads, grid, rpn],
    [85_096, { BF16: 85_096 }, 4, 4, [3, 3], null],
  );
  assert.equal((await library.add(dir)).added, false);
  assert.deepEqual(
    (await library.list()).map(({ name }) => name),
    ['demo', 'my-model'],
  );
  assert.equal(await library.dirOf('my-model'), dir);
  assert.deepEqual(await library.remove('my-model'), {
    name: 'my-model',
    kind: 'folder',
    dir,
    files: [],
    bytes: 0,
    neededBy: [],
  });
  assert.deepEqual(everything(dir), before);
  assert.deepEqual(readdirSync(home), ['models.json']);
  await assert.rejects(library.get('my-model'), { code: 'not_found' });
});

test('an added LLaVA finds its vision tower beside it, in the downloads or in the Hugging Face cache; else it is told how', async (t) => {
  const { library, home } = newLibrary(t);
  const source = join(import.meta.dirname, '../golden/oracle/cases/llava-original-tower');
  const parent = temporaryDir(t);
  const dir = join(parent, 'my-llava');
  cpSync(source, dir, { recursive: true });
  rmSync(join(dir, 'tower'), { recursive: true });
  const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as object;
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, mm_vision_tower: 'openai/clip-tiny' }));
  await assert.rejects(library.add(dir), {
    code: 'bad_checkpoint',
    next: /fovea model download openai\/clip-tiny/,
  });
  const cache = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = temporaryDir(t);
  t.after(() => {
    if (cache === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = cache;
  });
  const places = [
    join(parent, 'clip-tiny'),
    join(home, 'models', 'openai--clip-tiny@c0ffee000000'),
    join(process.env.HF_HUB_CACHE, 'models--openai--clip-tiny', 'snapshots', '0'.repeat(40)),
  ];
  for (const place of places) {
    cpSync(join(source, 'tower'), place, { recursive: true });
    assert.equal((await library.add(dir)).model.problem, null, place);
    rmSync(place, { recursive: true });
    assert.equal((await library.get('my-llava')).problem?.code, 'bad_checkpoint', `without ${place}`);
  }
});

test('a folder that cannot be used is not added', async (t) => {
  const { library, home } = newLibrary(t);
  const dir = copyOf(t, 'broken');
  const weights = readFileSync(join(dir, 'model.safetensors'));
  writeFileSync(join(dir, 'model.safetensors'), weights.subarray(0, weights.length - 1));
  await assert.rejects(library.add(dir), { code: 'bad_checkpoint' });
  rmSync(join(dir, 'config.json'));
  await assert.rejects(library.add(dir), { code: 'bad_checkpoint', message: /config\.json/ });
  await assert.rejects(library.add(join(dir, 'nowhere')), { code: 'not_found' });
  await assert.rejects(library.add('~/no such folder'), { where: join(homedir(), 'no such folder') });
  assert.deepEqual(readdirSync(home), []);
});

test('an RPN without its base model is added as what it is', async (t) => {
  const { library } = newLibrary(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, temporaryDir(t));
  const { model } = await library.add(rpn, 'my-rpn');
  assert.deepEqual([model.facts, model.rpnOnly, model.problem], [null, { k: 1, t: 2 }, null]);
  assert.equal((await library.add(base)).model.rpnOnly, null);
  assert.equal((await library.list())[0]?.rpnOnly, null, 'the demo has both');
});

test('names: unique, chosen or made, and a folder of the same name is meant only when it is a checkpoint', async (t) => {
  const { library } = newLibrary(t);
  assert.equal((await library.add(copyOf(t, 'same'))).model.name, 'same');
  assert.equal((await library.add(copyOf(t, 'same'))).model.name, 'same-2');
  await assert.rejects(library.add(copyOf(t, 'x'), 'same'), { code: 'conflict', next: /same-3/ });
  await assert.rejects(library.add(copyOf(t, 'x'), 'a b'), { code: 'usage' });
  await assert.rejects(library.add(copyOf(t, 'x'), 'demo'), { code: 'conflict' });
  assert.equal((await library.add(copyOf(t, 'demo'))).model.name, 'demo-2');
  assert.equal(await library.dirOf('demo'), DEMO_CHECKPOINT);
  await assert.rejects(library.dirOf('nobody'), { code: 'not_found', next: /fovea model list/ });
  await assert.rejects(library.remove('demo'), { code: 'conflict' });

  const place = temporaryDir(t);
  const before = process.cwd();
  t.after(() => process.chdir(before));
  process.chdir(place);
  mkdirSync('demo');
  assert.equal(await library.dirOf('demo'), DEMO_CHECKPOINT);
  cpSync(TINY, 'same', { recursive: true });
  assert.equal(await library.dirOf('same'), 'same');
});

test('a Hugging Face cache: by repository, by its folder, by snapshot; links lead to the blobs', async (t) => {
  const { library } = newLibrary(t);
  const cache = temporaryDir(t);
  const { folder, snapshot } = cacheRepository(cache, 'org/tiny', TINY);
  const given = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = cache;
  t.after(() => {
    if (given === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = given;
  });
  mkdirSync(join(cache, 'models--org--words', 'snapshots', SNAPSHOT), { recursive: true });
  writeFileSync(
    join(cache, 'models--org--words', 'snapshots', SNAPSHOT, 'config.json'),
    '{"model_type":"gpt2"}',
  );
  mkdirSync(join(cache, 'models--org--empty'));
  assert.deepEqual(await library.addable(), [{ repo: 'org/tiny', dir: snapshot }]);
  const { model } = await library.add('org/tiny');
  assert.deepEqual(await library.addable(), []);
  assert.deepEqual([model.name, model.dir, model.problem], ['org/tiny', snapshot, null]);
  assert.ok(model.bytesOnDisk > 100_000);
  for (const same of [folder, snapshot]) assert.equal((await library.add(same)).added, false, same);
  await assert.rejects(library.add('org/other'), {
    code: 'not_found',
    next: /fovea model download org\/other/,
  });

  const newer = join(folder, 'snapshots', 'fedcba0000000000000000000000000000000003');
  cpSync(snapshot, newer, { recursive: true, verbatimSymlinks: true });
  utimesSync(newer, new Date('2200-01-01'), new Date('2200-01-01'));
  assert.equal((await library.add('org/tiny')).added, false, 'main names the first');
  rmSync(join(folder, 'refs'), { recursive: true });
  assert.equal((await library.add('org/tiny')).model.dir, newer);

  await library.remove('org/tiny');
  assert.equal(readdirSync(snapshot).length, readdirSync(TINY).length);
  rmSync(join(folder, 'blobs'), { recursive: true });
  await assert.rejects(library.add('org/tiny'), { code: 'not_found', message: /without a whole snapshot/ });
  assert.deepEqual(await library.addable(), []);
});

test('what the disk says is asked anew: gone, damaged, mended', async (t) => {
  const { library } = newLibrary(t);
  const dir = copyOf(t, 'moving');
  await library.add(dir);
  await library.noteCheck('moving', { device: 'cpu', selfCheck: null, loadMs: 5, at: 'now' });
  assert.equal((await library.get('moving')).check?.device, 'cpu');
  const config = readFileSync(join(dir, 'config.json'), 'utf8');
  writeFileSync(join(dir, 'config.json'), '{');
  const damaged = await library.get('moving');
  assert.deepEqual([damaged.problem?.code, damaged.facts, damaged.check], ['bad_checkpoint', null, null]);
  writeFileSync(join(dir, 'config.json'), `${config} `);
  assert.equal((await library.get('moving')).problem, null);
  renameSync(dir, `${dir}-2`);
  assert.equal((await library.get('moving')).state, 'missing');
  await library.remove('moving');
});

test('a download is deleted to the last file, and nothing beside it', async (t) => {
  const { library } = newLibrary(t);
  const dir = await pretendDownload(library, 'org--name');
  const other = await pretendDownload(library, 'org--other');
  assert.deepEqual((await library.removal('org--name')).files, [
    MANIFEST,
    'config.json',
    'tower/config.json',
  ]);
  assert.ok(existsSync(dir));
  await library.remove('org--name');
  assert.ok(!existsSync(dir));
  assert.ok(existsSync(join(other, 'config.json')));
  // The folder of an unfinished one goes too.
  renameSync(other, other + PART);
  writeFileSync(join(other + PART, `config.json${PART}`), '{');
  await library.remove('org--other');
  assert.deepEqual(readdirSync(library.places.models), []);
});

test('a folder with anything else in it is refused, and all of it stays', async (t) => {
  const strangers: [name: string, make: (dir: string) => void][] = [
    ['a file', (dir) => writeFileSync(join(dir, 'notes.txt'), 'mine')],
    ['a hidden file', (dir) => writeFileSync(join(dir, '.git'), 'mine')],
    ['a file deeper down', (dir) => writeFileSync(join(dir, 'tower', 'mine.json'), '{}')],
    ['an empty folder', (dir) => mkdirSync(join(dir, 'mine'))],
    [
      'a link in place of a file',
      (dir) => {
        rmSync(join(dir, 'config.json'));
        symlinkSync(DEMO_CHECKPOINT, join(dir, 'config.json'));
      },
    ],
    ['no list of its files', (dir) => rmSync(join(dir, MANIFEST))],
    [
      'a list that names files elsewhere',
      (dir) => {
        const text = readFileSync(join(dir, MANIFEST), 'utf8');
        writeFileSync(join(dir, MANIFEST), text.replace('tower/config', '../../config'));
      },
    ],
  ];
  for (const [name, make] of strangers) {
    const { library, home } = newLibrary(t);
    const dir = await pretendDownload(library, 'org--name');
    make(dir);
    const before = everything(home);
    await assert.rejects(library.remove('org--name'), { code: 'conflict' }, name);
    assert.deepEqual(everything(home), before, name);
    assert.equal((await library.list()).length, 2, name);
  }
});

test('a link in place of a download’s folder is refused', async (t) => {
  const { library } = newLibrary(t);
  const dir = await pretendDownload(library, 'org--name');
  const precious = join(temporaryDir(t), 'precious');
  renameSync(dir, precious);
  symlinkSync(precious, dir);
  await assert.rejects(library.remove('org--name'), { code: 'conflict', message: /not a folder of its own/ });
  assert.ok(existsSync(join(precious, 'config.json')));
});

test('a list of models that is none, or of a newer Fovea, is left alone', async (t) => {
  const { library } = newLibrary(t);
  for (const text of ['', '{"version":2,"models":[]}', '{"version":1,"models":{}}']) {
    writeFileSync(library.places.registry, text);
    await assert.rejects(library.list(), { code: 'bad_input', next: /untouched/ });
    await assert.rejects(library.add(TINY), { code: 'bad_input' });
    assert.equal(readFileSync(library.places.registry, 'utf8'), text);
  }
});

test('processes that change the list at once lose nothing', async (t) => {
  const { library } = newLibrary(t);
  const registry = JSON.stringify(library.places.registry);
  const code = (n: number) => `
    import { changeRegistry } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/library/registry.ts'))};
    for (let i = 0; i < 4; i++) await changeRegistry(${registry}, (entries) => ({
      entries: [...entries, { name: 'm${n}-' + i, kind: 'folder', dir: '/d', addedAt: 'now', check: null }],
      result: null,
    }));`;
  const ended = [1, 2, 3].map(async (n) => {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code(n)], {
      stdio: 'inherit',
    });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
  await Promise.all(ended);
  assert.equal((await readRegistry(library.places.registry)).length, 12);
  assert.deepEqual(readdirSync(join(library.places.registry, '..')), ['models.json']);
});

test('11-C24: one entry that cannot be read takes none of the others, is told of, and stays in the file', async (t) => {
  const { library } = newLibrary(t);
  const { registry } = library.places;
  await library.add(copyOf(t, 'one'), 'one');
  const file = JSON.parse(readFileSync(registry, 'utf8')) as { models: unknown[] };
  const later = { kind: 'rented', name: 'later', from: 'a newer Fovea' };
  writeFileSync(registry, JSON.stringify({ ...file, models: [later, ...file.models, 7] }));
  assert.deepEqual(
    (await library.list()).map(({ name }) => name),
    ['demo', 'one'],
  );
  const [first, second] = await library.broken();
  assert.match(first ?? '', /^entry 1 of models\.json \("later"\) is not as expected at kind: /);
  assert.match(second ?? '', /^entry 3 of models\.json \(without a name\)/);
  await library.add(copyOf(t, 'two'), 'two');
  assert.deepEqual((JSON.parse(readFileSync(registry, 'utf8')) as { models: unknown[] }).models.slice(2), [
    later,
    7,
  ]);
});
