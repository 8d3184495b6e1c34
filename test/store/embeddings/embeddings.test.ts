import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { removeFromProject } from '../../../src-main/jobs/removal/remove.ts';
import { read } from '../../../src-main/store/db.ts';
import {
  embeddedPictures,
  embeddingsState,
  forgetStrayEmbeddings,
  hasEmbedding,
  putEmbedding,
  samplesWithoutEmbedding,
} from '../../../src-main/store/embeddings/embedding.ts';
import {
  encoderFingerprint,
  encoderId,
  type EncoderKey,
  ensureEncoder,
  shownEncoder,
} from '../../../src-main/store/embeddings/encoder.ts';
import { hasNearDuplicates, putNearDuplicates } from '../../../src-main/store/embeddings/near-duplicates.ts';
import {
  countPictures,
  firstSamples,
  samplesOfPictures,
} from '../../../src-main/store/embeddings/samples.ts';
import { noteOtherContent, noteSameContent } from '../../../src-main/store/pictures/version.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { countSamples, listSampleIds } from '../../../src-main/store/samples/query.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { fakeEmbedding } from '../../support/fake-engine.ts';
import { testProject } from '../../support/project.ts';

const KEY: EncoderKey = {
  model: 'a'.repeat(64),
  precision: 'as-stored',
  squareTokens: null,
  rules: { exif: 'apply', alpha: 'drop' },
};

const sha = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());

/** Pictures 1 to 4, of which 1 and 2 hold the same bytes. */
async function setUp(t: Parameters<typeof testProject>[0]) {
  const project = await testProject(t, 4);
  const { db } = project;
  const contents = ['same', 'same', 'three', 'four'].map(sha);
  for (const [at, sha256] of contents.entries())
    noteSameContent(db, at + 1, { bytes: 10, mtimeMs: 0, sha256 });
  return { project, db, contents };
}

test('an embedding is of a content: files with the same bytes share one, a replaced picture has none', async (t) => {
  const { db, contents } = await setUp(t);
  const encoder = ensureEncoder(db, KEY, 'mine');
  assert.equal(ensureEncoder(db, KEY, 'another name'), encoder);
  const before = embeddingsState(db);
  putEmbedding(db, encoder, contents[0]!, fakeEmbedding('a'));
  putEmbedding(db, encoder, contents[0]!, fakeEmbedding('b'));
  assert.notEqual(embeddingsState(db), before);
  const [one, two, ...rest] = embeddedPictures(db, encoder, 0, 10);
  assert.deepEqual([one!.imageId, two!.imageId, rest.length], [1, 2, 0]);
  assert.equal(one!.embeddingId, two!.embeddingId);
  const { data, scale } = fakeEmbedding('a');
  assert.deepEqual({ data: one!.data, scale: one!.scale }, { data, scale }, 'the first one stays');
  assert.deepEqual(samplesWithoutEmbedding(db, encoder), [3, 4]);
  assert.deepEqual(samplesWithoutEmbedding(db, null), [1, 2, 3, 4]);
  const known = embeddingsState(db);
  noteOtherContent(db, 1, { bytes: 11, mtimeMs: 1, width: 30, height: 20, sha256: sha('other') });
  assert.notEqual(embeddingsState(db), known);
  assert.deepEqual(
    embeddedPictures(db, encoder, 0, 10).map(({ imageId }) => imageId),
    [2],
  );
});

test('encoders differ by everything that changes an embedding; the one with most pictures is shown, of several the newest', async (t) => {
  const { db, contents } = await setUp(t);
  assert.equal(shownEncoder(db), null);
  const others: EncoderKey[] = [
    { ...KEY, model: 'b'.repeat(64) },
    { ...KEY, precision: 'int8' },
    { ...KEY, squareTokens: 576 },
    { ...KEY, rules: { exif: 'ignore', alpha: 'drop' } },
    { ...KEY, rules: { exif: 'apply', alpha: 'white' } },
  ];
  assert.equal(new Set([KEY, ...others].map(encoderFingerprint)).size, 6);
  const [first, second] = [ensureEncoder(db, KEY, 'first'), ensureEncoder(db, others[0]!, 'second')];
  assert.equal(encoderId(db, others[1]!), null);
  putEmbedding(db, first, contents[3]!, fakeEmbedding('a'));
  putEmbedding(db, second, contents[2]!, fakeEmbedding('a'));
  // Of what is no picture of the project.
  putEmbedding(db, first, sha('elsewhere'), fakeEmbedding('a'));
  assert.deepEqual(shownEncoder(db), { id: second, model: 'second' });
  putEmbedding(db, first, contents[0]!, fakeEmbedding('a'));
  assert.deepEqual(shownEncoder(db), { id: first, model: 'first' });
});

test('samples of pictures come by picture; near-duplicates filter the list until a picture is another', async (t) => {
  const { db } = await setUp(t);
  assert.equal(countPictures(db), 4);
  assert.deepEqual([...firstSamples(db, [4, 2, 99])].sort(), [
    [2, 2],
    [4, 4],
  ]);
  assert.deepEqual(samplesOfPictures(db, [4, 1], 1), { ids: [4], count: 2 });
  assert.equal(facets(db).nearDuplicates, null);
  putNearDuplicates(db, [
    [1, 2],
    [3, 4],
  ]);
  putNearDuplicates(db, [[1, 2, 4]]);
  const filter = { ...NO_FILTER, nearDuplicates: 'with' as const };
  assert.deepEqual(listSampleIds(db, filter, 0, 10), [1, 2, 4]);
  assert.equal(countSamples(db, { ...NO_FILTER, nearDuplicates: 'without' }), 1);
  assert.equal(facets(db).nearDuplicates, 3);
  assert.equal(facets(db, { ...filter, text: 'n° 4' }).nearDuplicates, 1);
  noteOtherContent(db, 2, { bytes: 11, mtimeMs: 1, width: 30, height: 20, sha256: sha('other') });
  assert.deepEqual(listSampleIds(db, filter, 0, 10), [1, 4]);
  putNearDuplicates(db, []);
  assert.equal(hasNearDuplicates(db), false);
});

test('what is removed from a project leaves no embedding behind', async (t) => {
  const { project, db, contents } = await setUp(t);
  const encoder = ensureEncoder(db, KEY, 'mine');
  for (const content of contents) putEmbedding(db, encoder, content, fakeEmbedding('a'));
  putNearDuplicates(db, [
    [1, 2],
    [3, 4],
  ]);
  await removeFromProject(project, [1, 3]);
  assert.equal(hasEmbedding(db, encoder, contents[0]!), true, 'picture 2 has the same bytes');
  assert.equal(hasEmbedding(db, encoder, contents[2]!), false);
  assert.equal(read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM maps.near_duplicate').get()!.n, 3);
  forgetStrayEmbeddings(db);
  assert.equal(hasEmbedding(db, encoder, contents[3]!), true);
});
