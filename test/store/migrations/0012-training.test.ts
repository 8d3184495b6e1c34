import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, transact, write } from '../../../src-main/store/db.ts';
import { pictureHashes, putPictureHashes } from '../../../src-main/store/pictures/hash.ts';
import { noteOtherContent } from '../../../src-main/store/pictures/version.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { trainingSamplesAfter } from '../../../src-main/store/training/training-sample.ts';
import { testProject } from '../../support/project.ts';
import { frozen } from '../../support/training.ts';

test("what a run learned from stays known when its samples are removed; a picture's hash goes with the picture", async (t) => {
  const { db } = await testProject(t, 2);
  const runId = frozen(db, [1, 2]);
  putPictureHashes(
    db,
    [1, 2].map((imageId) => ({ imageId, version: 1, hash: new Uint8Array(8) })),
  );
  transact(db, () => removeSamples(db, [1]));
  assert.deepEqual(
    trainingSamplesAfter(db, runId, 0, 9).map(({ sampleId }) => sampleId),
    [1, 2],
  );
  assert.deepEqual(read(db, 'SELECT image_id AS id FROM picture_hash').all(), [{ id: 2 }]);
  assert.equal(pictureHashes(db, [1, 2]).length, 1);
});

test('the hash of a picture is of the content it has now', async (t) => {
  const { db } = await testProject(t, 1);
  const hash = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  putPictureHashes(db, [{ imageId: 1, version: 1, hash }]);
  noteOtherContent(db, 1, { bytes: 11, mtimeMs: 1, width: 30, height: 20, sha256: new Uint8Array(32) });
  assert.deepEqual(pictureHashes(db, [1]), []);
  putPictureHashes(db, [{ imageId: 1, version: 2, hash }]);
  assert.equal(pictureHashes(db, [1])[0]?.version, 2);
  assert.throws(() => write(db, "INSERT INTO picture_hash VALUES (1, 3, x'00')").run());
});
