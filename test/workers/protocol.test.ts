/** What crosses the database: the same at both ends, and nothing but what it should be. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { decode, encode } from '@msgpack/msgpack';
import { zstdDecompressSync } from 'node:zlib';
import { askedOf, chunkId, packChunk, parseChunk } from '../../src-main/workers/protocol/chunk.ts';
import { decodeResult, encodeResult, type SampleResult } from '../../src-main/workers/protocol/result.ts';
import { presetFingerprint } from '../../src-main/workers/protocol/spec.ts';
import { ADDRESS_VARIABLE, queueAddress } from '../../src-main/workers/queue/address.ts';
import { fakeEmbedding, fakeOutcome } from '../support/fake-engine.ts';
import { testPreset } from '../support/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const found: SampleResult = {
  kind: 'found',
  label: { ...fakeOutcome('what ?'), embedding: fakeEmbedding('a.png') },
  picture: new Uint8Array(32).fill(7),
};

test('a result comes out as it went in', async () => {
  const {
    headMaps: _,
    imageSize: __,
    ...label
  } = { ...fakeOutcome('what ?'), embedding: fakeEmbedding('a.png') };
  const back = await decodeResult(await encodeResult(found));
  assert.deepEqual(back, { ...found, picture: back.kind === 'found' ? back.picture : null, label });
  assert.deepEqual(back.kind === 'found' && [...back.picture], [...new Uint8Array(32).fill(7)]);
  const failed = { kind: 'failed', reason: 'why' } as const;
  assert.deepEqual(await decodeResult(await encodeResult(failed)), failed);
});

test('a result that is none is refused: odd labels, maps that fit no grid, no numbers, other bytes, too many', async () => {
  const plain = decode(zstdDecompressSync(await encodeResult(found))) as Record<string, unknown>;
  const made = (change: Record<string, unknown>): Promise<Buffer> =>
    promisify(zstdCompress)(encode({ ...plain, ...change }));
  await decodeResult(await made({}));
  const maps = plain.maps as Record<string, { bits: Uint8Array }>;
  for (const change of [
    { labels: new Uint8Array(20).fill(5) },
    { embedding: { scale: 0, data: new Uint8Array(128), squareTokens: null } },
    { embedding: { scale: 1, data: new Uint8Array(127), squareTokens: null } },
    { labels: new Uint8Array(19) },
    { maps: { ...maps, rpn: { ...maps.rpn, bits: new Uint8Array(2) } } },
    { grid: [1e6, 1e6] },
    { transform: { scaleX: NaN, scaleY: 1, offsetX: 0, offsetY: 0 } },
    { answer: 7 },
    { picture: new Uint8Array(31) },
    { boxes: { raw: [[1, 2, 3]], denoised: [], rpn: [] } },
    { kind: 'else' },
  ]) {
    await assert.rejects(decodeResult(await made(change)), { code: 'bad_input' }, JSON.stringify(change));
  }
  await assert.rejects(decodeResult(Buffer.from('no result')), { code: 'bad_input' });
  const large = await promisify(zstdCompress)(Buffer.alloc(65 << 20));
  await assert.rejects(decodeResult(large), { code: 'bad_input' });
});

test('a chunk has the same name each time, and another one for another part, run or generation', () => {
  const [a, b] = ['aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'];
  assert.equal(chunkId(a, 1, 0), chunkId(a, 1, 0));
  assert.match(chunkId(a, 1, 0), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set([chunkId(a, 1, 0), chunkId(a, 2, 0), chunkId(b, 1, 0), chunkId(a, 1, 1)]).size, 4);
});

test('what is asked differs with question, fed answer, picture and its content', () => {
  const asked = { question: 'q', answer: null, imageId: 1, pictureVersion: 1 };
  const all = [asked, { ...asked, question: 'r' }, { ...asked, answer: '' }, { ...asked, imageId: 2 }];
  const names = [...all, { ...asked, pictureVersion: 2 }].map(askedOf);
  assert.equal(new Set(names).size, 5);
  assert.equal(askedOf({ ...asked }), names[0]);
});

test('a preset is known by what it says, in whatever order', () => {
  const turned = Object.fromEntries(Object.entries(testPreset).reverse()) as typeof testPreset;
  assert.equal(presetFingerprint(turned), presetFingerprint(testPreset));
  assert.notEqual(presetFingerprint({ ...testPreset, maxNewTokens: 17 }), presetFingerprint(testPreset));
});

test('a chunk comes out as it went in, with what is asked; anything else is refused', () => {
  const sample = {
    id: 1,
    question: 'q',
    answer: null,
    picture: { id: 5, root: 1, path: 'a', bytes: 1, version: 2 },
  };
  const chunk = {
    run: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
    model: '0'.repeat(64),
    preset: '0'.repeat(64),
    samples: [sample],
  };
  const asked = askedOf({ question: 'q', answer: null, imageId: 5, pictureVersion: 2 });
  assert.deepEqual(parseChunk(packChunk(chunk)), { ...chunk, samples: [{ ...sample, asked }] });
  const packed = packChunk(chunk);
  for (const odd of [
    null,
    { ...packed, run: 'x' },
    { ...packed, samples: 'no compressed JSON' },
    packChunk({ ...chunk, samples: [] }),
    packChunk({ ...chunk, samples: Array.from({ length: 1001 }, () => sample) }),
    packChunk({ ...chunk, samples: [{ ...sample, picture: { ...sample.picture, path: 'x'.repeat(5000) } }] }),
  ]) {
    assert.throws(() => parseChunk(odd), { code: 'bad_input' });
  }
});

test('the queue’s address comes from an argument, a file or the environment, and is shown without its password', async (t) => {
  const url = 'postgres://me:secret@db.example:5433/queue?sslmode=verify-full';
  const none = { argument: undefined, file: undefined };
  const given = await queueAddress({ ...none, argument: url }, {});
  assert.match(given.note ?? '', /can read the password/);
  assert.equal(given.shown, 'postgres://me@db.example:5433/queue?sslmode=verify-full');
  assert.equal((await queueAddress({ ...none, argument: 'postgres://db/queue' }, {})).note, null);

  const set = await queueAddress({ ...none, argument: true }, { [ADDRESS_VARIABLE]: url });
  assert.deepEqual([set.url, set.note], [url, null]);

  const file = join(temporaryDir(t), 'address');
  writeFileSync(file, `${url}\n`, { mode: 0o600 });
  assert.deepEqual(await queueAddress({ ...none, file }, {}), { ...set, note: null });
  chmodSync(file, 0o644);
  assert.match((await queueAddress({ ...none, file }, {})).note ?? '', /chmod 600/);

  await assert.rejects(queueAddress(none, {}), { code: 'usage' });
  await assert.rejects(queueAddress({ ...none, file: `${file}.gone` }, {}), { code: 'not_found' });
  for (const odd of ['http://me:secret@x/y', 'secret', '']) {
    await assert.rejects(queueAddress({ ...none, argument: odd }, {}), (error: Error) => {
      assert.doesNotMatch(JSON.stringify(error) + error.message, /secret/);
      return true;
    });
  }
});
