import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { smallGrey } from '../../../src-main/checkpoint/image/thumbnail.ts';
import { pictureGroups } from '../../../src-main/jobs/training-data/picture-groups.ts';
import { read } from '../../../src-main/store/db.ts';
import { HASH_SIDE, perceptualHash } from '../../../src-shared/kernels/pictures/perceptual-hash.ts';
import { NEAR_DUPLICATE_BITS } from '../../../src-shared/contract/training.ts';
import { DEMO_HELDOUT_SCENES } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { scene, scenes, trainingProject } from '../../support/training-project.ts';

test('copies of a picture, smaller, recompressed or brighter, are one group; other pictures are not', async (t) => {
  const one = await scene(1, 200);
  const pictures = {
    '1.png': one,
    '2.png': await scene(2, 200),
    '3.jpg': await sharp(one).resize(90).jpeg({ quality: 50 }).toBuffer(),
    '4.png': await sharp(one).modulate({ brightness: 1.1 }).png().toBuffer(),
    '5.webp': await sharp(await scene(2, 200))
      .webp({ quality: 60 })
      .toBuffer(),
    '6.png': await scene(3, 200),
  };
  const { project } = await trainingProject(t, pictures);
  const { groupOf, nearDuplicates } = await pictureGroups(project, [1, 2, 3, 4, 5, 6], NEAR_DUPLICATE_BITS);
  assert.deepEqual([...groupOf.values()], [1, 2, 1, 1, 2, 6]);
  assert.equal(nearDuplicates, 5);
  assert.equal(read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM picture_hash').get()!.n, 6);
});

test('what is known is not looked at again, and a picture that cannot be read is in no group', async (t) => {
  const { project, at } = await trainingProject(t, await scenes(3));
  rmSync(at('2.png'));
  const first = await pictureGroups(project, [1, 2, 3], NEAR_DUPLICATE_BITS);
  assert.deepEqual([...first.groupOf.keys()], [1, 3]);
  rmSync(at('1.png'));
  const second = await pictureGroups(project, [1, 2, 3], NEAR_DUPLICATE_BITS);
  assert.deepEqual([...second.groupOf.keys()], [1, 3]);
  const stopped = AbortSignal.abort();
  await assert.rejects(pictureGroups(project, [2], NEAR_DUPLICATE_BITS, { signal: stopped }), {
    code: 'cancelled',
  });
});

test('scenes of one kind are told apart, and their copies are not', async (t) => {
  const dir = temporaryDir(t);
  const folder = join(DEMO_HELDOUT_SCENES, 'images');
  const hashes: Uint8Array[] = [];
  for (const name of readdirSync(folder).sort().slice(0, 24)) {
    const file = join(folder, name);
    const hash = perceptualHash(await smallGrey(file, HASH_SIDE));
    for (const [i, far] of hashes.map((other) => distance(other, hash)).entries()) {
      assert.ok(far > NEAR_DUPLICATE_BITS, `${name} is ${far} bits from scene ${i}`);
    }
    hashes.push(hash);
    const copy = join(dir, `${name}.jpg`);
    await sharp(file)
      .resize({ width: 150 })
      .modulate({ brightness: 1.05 })
      .jpeg({ quality: 60 })
      .toFile(copy);
    const far = distance(perceptualHash(await smallGrey(copy, HASH_SIDE)), hash);
    assert.ok(far <= NEAR_DUPLICATE_BITS, `the copy of ${name} is ${far} bits away`);
  }
});

function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0);
}
