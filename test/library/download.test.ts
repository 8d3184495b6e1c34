/** Downloads from an endpoint on loopback that drops, lies, refuses and redirects. No test leaves the machine. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { DownloadProgress } from '../../src-main/library/hub/download.ts';
import { hubSettings } from '../../src-main/library/hub/settings.ts';
import { ModelLibrary } from '../../src-main/library/library.ts';
import { MANIFEST, PART } from '../../src-main/library/owned.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { cacheRepository } from '../support/hub-cache.ts';
import { COMMIT, filesOf, hubServer, type HubServer } from '../support/hub-server.ts';

const PATIENCE = { retryMs: 1, tries: 3, stallMs: 2_000 };
/** A LLaVA of 45 k parameters with its vision tower in a folder of its own. */
const TINY = join(import.meta.dirname, '../golden/oracle/cases/llava-original-tower');
const READ = /^(tower\/)?(config|tokenizer|tokenizer_config|preprocessor_config)\.json$|model\.safetensors$/;
const TOKEN = 'hf_verysecret';
const WEIGHTS = 'model.safetensors';
const FOLDER = `org--name@${COMMIT.slice(0, 12)}`;

interface Setup {
  readonly hub: HubServer;
  readonly library: ModelLibrary;
  readonly models: string;
  readonly seen: DownloadProgress[];
  download(options?: {
    env?: Record<string, string>;
    signal?: AbortSignal;
    freeBytes?: () => Promise<number>;
    revision?: string;
    repo?: string;
  }): ReturnType<ModelLibrary['download']>;
}

async function setUp(
  t: TestContext,
  change: (files: Map<string, Buffer>) => void = () => {},
): Promise<Setup> {
  const files = filesOf(TINY);
  files.set('pytorch_model.bin', Buffer.from('a pickle'));
  files.set('README.md', Buffer.from('words'));
  change(files);
  const hub = await hubServer(files);
  t.after(() => hub.close());
  const library = new ModelLibrary({ home: temporaryDir(t), demoDir: DEMO_CHECKPOINT });
  const seen: DownloadProgress[] = [];
  return {
    hub,
    library,
    models: library.places.models,
    seen,
    download: ({ env = {}, signal = new AbortController().signal, repo, revision, freeBytes } = {}) =>
      library.download({
        repo: repo ?? 'org/name',
        revision: revision ?? 'main',
        settings: hubSettings({ HF_ENDPOINT: hub.endpoint, ...env }),
        signal,
        patience: PATIENCE,
        onProgress: (progress) => seen.push(progress),
        ...(freeBytes ? { freeBytes } : {}),
      }),
  };
}

/** Rejects with a FoveaError of `code` that says a next step and never the token. */
async function refusal(promise: Promise<unknown>, code: string, words: RegExp): Promise<FoveaError> {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FoveaError, String(error));
  assert.deepEqual([error.code, words.test(error.toLine())], [code, true], error.toLine());
  assert.ok(error.next, 'no next step');
  assert.ok(!error.toLine().includes(TOKEN));
  assert.ok(!error.toLine().includes('\n'));
  return error;
}

test('a repository becomes a model: only what is read, hashes compared, progress to the last byte', async (t) => {
  const { hub, download, library, models, seen } = await setUp(t);
  const { model, fetched } = await download();
  assert.equal(fetched, true);
  assert.partialDeepStrictEqual(model, {
    name: 'org/name',
    kind: 'download',
    state: 'ready',
    problem: null,
    facts: { family: 'llava', layers: 4, heads: 4, rpn: null },
    source: { repo: 'org/name', revision: 'main', commit: COMMIT },
  });
  const read = [...filesOf(TINY)].filter(([path]) => READ.test(path));
  assert.equal(read.length, 7);
  for (const [path, content] of read) assert.ok(readFileSync(join(model.dir, path)).equals(content), path);
  const asked = hub.requests.map(({ path }) => path);
  assert.deepEqual(asked.filter((path) => path !== 'list').sort(), read.map(([path]) => path).sort());
  assert.ok(!existsSync(join(models, FOLDER + PART)));
  const last = seen.at(-1)!;
  assert.deepEqual([last.doneBytes, last.stage], [last.totalBytes, 'weights']);
  assert.ok(seen.every(({ doneBytes }, i) => i === 0 || doneBytes >= seen[i - 1]!.doneBytes));
  assert.equal(await library.dirOf('org/name'), model.dir);

  const before = hub.requests.length;
  assert.equal((await download()).fetched, false);
  assert.equal(hub.requests.length, before);
});

/** The same, but its config names the tower in another repository, as LLaVA-1.5's does. */
function withoutTower(files: Map<string, Buffer>): void {
  for (const path of files.keys()) if (path.startsWith('tower/')) files.delete(path);
  const config = JSON.parse(files.get('config.json')!.toString()) as object;
  files.set('config.json', Buffer.from(JSON.stringify({ ...config, mm_vision_tower: 'openai/clip-tiny' })));
}

test('a vision tower in another repository comes too, as a model of its own, and is found', async (t) => {
  const { hub, download, library, models, seen } = await setUp(t, withoutTower);
  hub.others.set('openai/clip-tiny', filesOf(join(TINY, 'tower')));
  const { model } = await download();
  assert.deepEqual([model.state, model.problem?.message], ['ready', undefined]);
  assert.equal(model.facts?.family, 'llava');
  const told = seen.filter(({ tower }) => tower === 'openai/clip-tiny');
  const size = filesOf(join(TINY, 'tower')).get(WEIGHTS)!.length;
  assert.ok(told.some(({ stage, totalBytes }) => stage === 'weights' && (totalBytes ?? 0) > size));
  const tower = await library.get('openai/clip-tiny');
  assert.deepEqual(
    [tower.state, tower.kind, tower.tower, tower.facts, tower.problem],
    ['ready', 'download', { layers: 3, imageSize: 42 }, null, null],
  );

  assert.deepEqual((await library.removal('openai/clip-tiny')).neededBy, ['org/name']);
  assert.deepEqual((await library.removal('org/name')).neededBy, []);
  await library.remove('openai/clip-tiny');
  assert.match((await library.get('org/name')).problem?.next ?? '', /fovea model download openai\/clip-tiny/);
  hub.requests.length = 0;
  const own = { repo: 'openai/clip-tiny' };
  assert.equal((await download(own)).model.tower?.layers, 3);
  assert.equal((await library.get('org/name')).problem, null, 'without the folder changing');
  assert.ok(existsSync(join(models, FOLDER, WEIGHTS)));
});

test('a tower that this person has is not fetched; one that cannot be had says the next step', async (t) => {
  const cache = temporaryDir(t);
  const before = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = cache;
  t.after(() => {
    if (before === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = before;
  });
  const { hub, download, library } = await setUp(t, withoutTower);
  const error = await refusal(download(), 'not_found', /org\/name needs the vision tower openai\/clip-tiny/);
  assert.match(error.next ?? '', /--revision REVISION; then go on with org\/name/);
  assert.equal((await library.get('org/name')).state, 'unfinished');
  const pickled = filesOf(join(TINY, 'tower'));
  pickled.delete(WEIGHTS);
  pickled.set('pytorch_model.bin', Buffer.from('a pickle'));
  hub.others.set('openai/clip-tiny', pickled);
  await refusal(download(), 'bad_checkpoint', /only PyTorch pickles/);

  cacheRepository(cache, 'openai/clip-tiny', join(TINY, 'tower'));
  hub.requests.length = 0;
  const { model } = await download({ env: { HF_HUB_CACHE: cache } });
  assert.equal(model.problem, null);
  assert.ok(!hub.requests.some(({ path }) => path.startsWith('openai')));
  assert.equal((await library.list()).length, 2);
});

function mergedWith(files: Map<string, Buffer>, ...names: string[]): void {
  withoutTower(files);
  const merged = filesOf(join(TINY, '../llava-original-twig'));
  for (const name of [WEIGHTS, 'config.json', ...names]) files.set(name, merged.get(name)!);
  const config = JSON.parse(files.get('config.json')!.toString()) as object;
  files.set('config.json', Buffer.from(JSON.stringify({ ...config, mm_vision_tower: 'openai/clip-tiny' })));
}

test('a merged checkpoint without an image processor takes that of the tower it names', async (t) => {
  const { hub, download } = await setUp(t, (files) => mergedWith(files));
  hub.others.set('openai/clip-tiny', filesOf(join(TINY, 'tower')));
  const { model } = await download();
  assert.deepEqual([model.problem, model.facts?.family], [null, 'llava']);
  assert.ok(hub.requests.some(({ path }) => path.startsWith('openai')));
});

test('a merged checkpoint holds the tower it names: nothing else is fetched', async (t) => {
  const { hub, download } = await setUp(t, (files) => mergedWith(files, 'preprocessor_config.json'));
  const { model } = await download();
  assert.deepEqual([model.problem, model.facts?.family], [null, 'llava']);
  assert.ok(!hub.requests.some(({ path }) => path.startsWith('openai')));
});

test('a connection that drops in the middle continues where it stopped', async (t) => {
  const { hub, download } = await setUp(t);
  hub.faults.set(WEIGHTS, [
    { kind: 'drop', after: 40_000 },
    { kind: 'drop', after: 20_000 },
    { kind: 'status', status: 503 },
  ]);
  const { model } = await download();
  const asked = hub.requests.filter(({ path }) => path === WEIGHTS).map(({ headers }) => headers.range);
  assert.equal(asked.length, 4);
  assert.equal(asked[0], undefined);
  assert.deepEqual(asked.slice(1), ['bytes=40000-', 'bytes=60000-', 'bytes=60000-']);
  assert.ok(readFileSync(join(model.dir, WEIGHTS)).equals(hub.files.get(WEIGHTS)!));
});

test('a server that ignores the range sends the file from its start', async (t) => {
  const { hub, download } = await setUp(t);
  hub.faults.set(WEIGHTS, [{ kind: 'drop', after: 40_000 }, { kind: 'ignore-range' }]);
  const { model } = await download();
  assert.ok(readFileSync(join(model.dir, WEIGHTS)).equals(hub.files.get(WEIGHTS)!));
});

test('one wrong byte is fetched anew; always wrong is refused and leaves no model', async (t) => {
  const { hub, download, library, models } = await setUp(t);
  const damaged = Buffer.from(hub.files.get(WEIGHTS)!);
  damaged[damaged.length - 7]! ^= 1;
  const wrong = { kind: 'content', content: damaged } as const;
  hub.faults.set(WEIGHTS, [wrong, wrong]);
  await refusal(
    download(),
    'network',
    /model\.safetensors is not what the server lists: its checksum differs/,
  );
  assert.ok(!existsSync(join(models, FOLDER)));
  assert.equal((await library.get('org/name')).state, 'unfinished');
  await refusal(library.dirOf('org/name'), 'not_found', /fovea model download org\/name/);
  hub.faults.set(WEIGHTS, [wrong]);
  assert.equal((await download()).model.state, 'ready');

  const config = Buffer.from(`${hub.files.get('config.json')!.toString()} `);
  const other = await setUp(t);
  const small = { kind: 'content', content: config.subarray(1) } as const;
  other.hub.faults.set('config.json', [small, small]);
  await refusal(other.download(), 'network', /config\.json is not what the server lists/);
});

test('lies about sizes: more than listed, less than listed, none at all', async (t) => {
  const { hub, download } = await setUp(t);
  const size = hub.files.get(WEIGHTS)!.length;
  const sha256 = 'a'.repeat(64);
  hub.lies.set(WEIGHTS, { lfs: { sha256, size: size - 5 } });
  await refusal(download(), 'network', /sends more of model\.safetensors than the \d+ bytes it lists/);
  const short = await setUp(t);
  short.hub.lies.set(WEIGHTS, { lfs: { sha256, size: size + 5 } });
  await refusal(short.download(), 'network', /ended after|checksum|does not go on/);
  const none = await setUp(t);
  none.hub.lies.set(WEIGHTS, { lfs: null, blobId: null, size: null });
  await refusal(none.download(), 'network', /lists model\.safetensors without size or checksum/);
});

test('stopped, it keeps its part; the next one goes on with the same commit', async (t) => {
  const { hub, download, library, models, seen } = await setUp(t);
  const stop = new AbortController();
  hub.faults.set(WEIGHTS, [{ kind: 'drop', after: 50_000 }]);
  let asked = 0;
  hub.onRequest = (path) => {
    if (path === WEIGHTS && ++asked === 2) stop.abort();
  };
  await refusal(download({ signal: stop.signal }), 'cancelled', /continues where it stopped/);
  const part = join(models, FOLDER + PART, WEIGHTS + PART);
  assert.ok(statSync(part).size >= 50_000);
  const unfinished = await library.get('org/name');
  assert.equal(unfinished.state, 'unfinished');
  assert.ok(unfinished.bytesOnDisk >= 50_000);
  assert.equal(unfinished.source?.totalBytes, seen.at(-1)?.totalBytes);

  hub.onRequest = () => {};
  hub.requests.length = 0;
  seen.length = 0;
  assert.equal((await download()).model.state, 'ready');
  const [weights] = hub.requests.filter(({ path }) => path === WEIGHTS);
  assert.match(weights!.headers.range ?? '', /^bytes=\d{5,}-$/);
  assert.ok(!hub.requests.some(({ path }) => path === 'config.json'), 'small files were fetched again');
  const there = seen.find(({ stage }) => stage === 'weights');
  assert.ok(there && there.doneBytes >= 50_000 && there.rate === null, 'what was there counts as fetched');
});

test('the token goes to the endpoint only, not where it redirects, and is in no message', async (t) => {
  const { hub, download } = await setUp(t);
  const cdn = await hubServer(hub.files);
  t.after(() => cdn.close());
  hub.faults.set(WEIGHTS, [{ kind: 'redirect', to: `${cdn.endpoint}/cdn/${WEIGHTS}?signature=secret` }]);
  await download({ env: { HF_TOKEN: TOKEN } });
  const sent = (server: HubServer) => new Set(server.requests.map(({ headers }) => headers.authorization));
  assert.deepEqual([...sent(hub)], [`Bearer ${TOKEN}`]);
  assert.deepEqual([...sent(cdn)], [undefined]);
  assert.equal(cdn.requests.length, 1);

  const failing = await setUp(t);
  failing.hub.faults.set(
    WEIGHTS,
    Array(3).fill({ kind: 'redirect', to: `${cdn.endpoint}/cdn/gone?signature=secret` }),
  );
  const error = await refusal(failing.download({ env: { HF_TOKEN: TOKEN } }), 'not_found', /has no/);
  assert.ok(!error.toLine().includes('secret'));
  const circle = await setUp(t);
  circle.hub.faults.set(
    'list',
    Array(99).fill({ kind: 'redirect', to: '/api/models/org/name/revision/main' }),
  );
  await refusal(circle.download(), 'network', /redirects in circles/);
  const file = await setUp(t);
  file.hub.faults.set('list', [{ kind: 'redirect', to: 'file:///etc/passwd' }]);
  await refusal(file.download(), 'network', /not followed/);
});

test('without a token nothing is sent; 401, 403 and 404 say what to do', async (t) => {
  const { hub, download, library } = await setUp(t);
  const list = async (status: number, env = {}) => {
    hub.faults.set('list', [{ kind: 'status', status }]);
    return download({ env });
  };
  await refusal(list(401), 'unauthorized', /set HF_TOKEN/);
  await refusal(list(401, { HF_TOKEN: TOKEN }), 'unauthorized', /token in HF_TOKEN may not read it/);
  await refusal(
    list(403),
    'unauthorized',
    /Accept its conditions at http:\/\/127\.0\.0\.1:\d+\/org\/name and set/,
  );
  await refusal(list(404), 'not_found', /no org\/name at revision main.*Check the spelling/);
  await refusal(list(418), 'network', /answers 418/);
  hub.faults.set('list', Array(3).fill({ kind: 'status', status: 502 }));
  await refusal(download(), 'network', /answers 502/);
  assert.ok(!hub.requests.slice(0, 1).some(({ headers }) => headers.authorization));
  assert.deepEqual(
    (await library.list()).map(({ name }) => name),
    ['demo'],
  );
});

test('no network, a silent server, a server that is none, and downloads switched off', async (t) => {
  const { hub, download } = await setUp(t);
  const gone = await hubServer(new Map());
  await gone.close();
  await refusal(
    download({ env: { HF_ENDPOINT: gone.endpoint } }),
    'network',
    /127\.0\.0\.1:\d+ cannot be reached: it refuses connections.*Check the network/,
  );
  hub.faults.set('list', Array(3).fill({ kind: 'silent' }));
  const { library } = await setUp(t);
  const impatient = { ...PATIENCE, stallMs: 30 };
  const wish = { repo: 'org/name', revision: 'main', onProgress: () => {}, patience: impatient };
  const settings = hubSettings({ HF_ENDPOINT: hub.endpoint });
  await refusal(
    library.download({ ...wish, settings, signal: new AbortController().signal }),
    'network',
    /stopped sending/,
  );
  await refusal(download({ env: { HF_ENDPOINT: `${hub.endpoint}/other` } }), 'not_found', /no org\/name/);
  await refusal(download({ env: { HF_HUB_OFFLINE: '1' } }), 'network', /HF_HUB_OFFLINE/);
  assert.throws(() => hubSettings({ HF_ENDPOINT: 'ftp://x' }), { code: 'usage' });
  assert.throws(() => hubSettings({ HF_ENDPOINT: 'https://a:b@x' }), { code: 'usage' });
  await refusal(download({ repo: '../etc' }), 'usage', /ORG\/NAME/);
  await refusal(download({ revision: '../../x' }), 'usage', /branch, a tag/);
});

test('what cannot be used is refused before its weights are asked for', async (t) => {
  const cases: [change: (files: Map<string, Buffer>) => void, code: string, words: RegExp][] = [
    [(files) => void files.delete(WEIGHTS), 'bad_checkpoint', /only PyTorch pickles/],
    [
      (files) => {
        files.delete(WEIGHTS);
        files.delete('pytorch_model.bin');
      },
      'bad_checkpoint',
      /no safetensors/,
    ],
    [(files) => void files.delete('config.json'), 'bad_checkpoint', /no config\.json/],
    [
      (files) => void files.set('config.json', Buffer.from('{"architectures":["GPT2LMHeadModel"]}')),
      'unsupported_model',
      /GPT2LMHeadModel/,
    ],
    [
      (files) =>
        void files.set(
          'model.safetensors.index.json',
          Buffer.from('{"weight_map":{"a":"../../../etc/passwd"}}'),
        ),
      'bad_checkpoint',
      /etc\/passwd/,
    ],
    [
      (files) =>
        void files.set(
          'model.safetensors.index.json',
          Buffer.from('{"weight_map":{"a":"model-00001-of-00002.safetensors"}}'),
        ),
      'bad_checkpoint',
      /no model-00001-of-00002\.safetensors/,
    ],
  ];
  for (const [change, code, words] of cases) {
    const { hub, download } = await setUp(t, change);
    await refusal(download(), code, words);
    assert.ok(!hub.requests.some(({ path }) => path.endsWith('.safetensors')), words.source);
  }
  const full = await setUp(t);
  await refusal(
    full.download({ freeBytes: async () => 300e6 - 50e6 }),
    'no_space',
    /need 0\.0 GB more, the disk has 0\.3 GB free|Free/,
  );
  assert.ok(!full.hub.requests.some(({ path }) => path.endsWith('.safetensors')));
  assert.equal((await full.download()).model.state, 'ready');
});

test('a list that names files outside of the folder writes none', async (t) => {
  const { hub, download, models } = await setUp(t, (files) => {
    files.set('../../evil.json', Buffer.from('{}'));
    files.set('/abs/config.json', Buffer.from('{}'));
    files.set('tower/../../merges.txt', Buffer.from('{}'));
  });
  assert.equal((await download()).model.state, 'ready');
  assert.ok(!hub.requests.some(({ path }) => /evil|abs|merges/.test(path)));
  assert.ok(!existsSync(join(models, '..', 'evil.json')));
});

test('a disk that fills up in the middle is said in words; with room again it continues where it stopped', async (t) => {
  const { hub, download, library, models } = await setUp(t);
  const file = await open(join(temporaryDir(t), 'any'), 'w');
  const handles = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  const write = handles.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
  let room = 60_000;
  const full = t.mock.method(handles, 'write', async function (
    this: FileHandle,
    data: Uint8Array,
    at: number,
  ) {
    if (room <= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    // As a disk does, the last write takes what fits.
    const done = await write.call(this, data, at, Math.min(room, data.length - at));
    room -= done.bytesWritten;
    return done;
  } as never);
  await refusal(download(), 'no_space', /the disk is full.*Free some space/);
  full.mock.restore();
  assert.equal((await library.get('org/name')).state, 'unfinished');
  const [part = ''] = readdirSync(join(models, FOLDER + PART)).filter((name) => name.endsWith(PART));
  const kept = statSync(join(models, FOLDER + PART, part)).size;
  assert.ok(kept > 0);
  hub.requests.length = 0;
  assert.equal((await download()).model.state, 'ready');
  assert.ok(hub.requests.some(({ headers }) => headers.range === `bytes=${kept}-`));
});

test('two at once: the second is told who is at it', async (t) => {
  const { hub, download } = await setUp(t);
  hub.faults.set(WEIGHTS, [{ kind: 'silent' }]);
  const stop = new AbortController();
  const asked = new Promise<void>((resolve) => {
    hub.onRequest = (path) => path === WEIGHTS && resolve();
  });
  const first = download({ signal: stop.signal });
  const firstRefused = refusal(first, 'cancelled', /./);
  await asked;
  await refusal(download(), 'conflict', new RegExp(`process ${process.pid} is downloading org/name already`));
  stop.abort();
  await firstRefused;
  assert.equal((await download()).model.state, 'ready');
});

test('a killed download’s lock and half-written list are no obstacle', async (t) => {
  const { download, library, models } = await setUp(t);
  mkdirSync(join(models, FOLDER + PART), { recursive: true });
  // No process has this number: it is above what systems give.
  writeFileSync(join(models, `.${FOLDER}.lock`), '2147483646');
  writeFileSync(join(models, FOLDER + PART, `${MANIFEST}.abcdef.tmp`), '{');
  writeFileSync(`${library.places.registry}.lock`, '2147483646');
  const { model } = await download();
  assert.equal(model.state, 'ready');
  await library.remove('org/name');
  assert.ok(!existsSync(model.dir));
});
