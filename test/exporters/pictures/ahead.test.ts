/** Pictures that are read ahead in a thread are those that reading each by itself gives, whatever lies at their paths. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PicturesAhead } from '../../../src-main/exporters/pictures/ahead.ts';
import { pictureBytes } from '../../../src-main/exporters/pictures/bytes.ts';
import { SMALL_BYTES } from '../../../src-main/exporters/pictures/wire.ts';
import type { ExportSample } from '../../../src-main/exporters/types.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('small, large, linked, empty and missing pictures, some of them twice, with a thread and with one that is lost', async (t) => {
  const dir = temporaryDir(t);
  const names = Array.from({ length: 150 }, (_, n) => `${n}.png`);
  for (const [n, name] of names.entries()) writeFileSync(join(dir, name), Buffer.alloc(1 + 7 * n, n));
  writeFileSync(join(dir, '3.png'), Buffer.alloc(SMALL_BYTES + 5, 3));
  writeFileSync(join(dir, '4.png'), Buffer.alloc(SMALL_BYTES - 1, 4));
  writeFileSync(join(dir, '5.png'), '');
  symlinkSync(join(dir, '9.png'), join(dir, 'link.png'));
  mkdirSync(join(dir, 'folder.png'));
  const samples = [...names, 'link.png', '140.png', 'folder.png', 'none.png'].map(
    (name, sampleId) =>
      ({
        sampleId,
        state: sampleId === 7 ? 'rejected' : 'accepted',
        prediction: { grid: [1, 1], label: new Int8Array([1]) },
        review: null,
        image: { path: join(dir, name) },
      }) as unknown as ExportSample,
  );
  for (const limits of [{ few: 10 }, { few: 10, lostMs: 0 }, {}]) {
    const ahead = new PicturesAhead({ includeUnreviewed: false }, limits);
    const order: number[] = [];
    for await (const { sampleId, image } of ahead.samples(samples)) {
      order.push(sampleId);
      const [bytes, alone] = [await ahead.bytesOf(image), await pictureBytes(image)];
      assert.deepEqual('skip' in bytes ? bytes : Buffer.from(bytes), alone, image.path);
    }
    assert.deepEqual(
      order,
      samples.map(({ sampleId }) => sampleId),
    );
  }
  // Whoever stops early leaves no thread behind, or the test would not end.
  const ahead = new PicturesAhead({ includeUnreviewed: false }, { few: 0 });
  for await (const { sampleId } of ahead.samples(samples)) if (sampleId === 70) break;
});
