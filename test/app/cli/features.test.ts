import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

interface Labelled {
  done: number;
  features_kept?: number;
  features_bytes?: number;
  encodings_kept?: number;
  encodings_bytes?: number;
  encodings_reused?: number;
}
interface Listed {
  count: number;
  encodings: number;
  bytes: number;
  budget_bytes: number;
  removed?: boolean;
  models: { model: string; layer: number | null; name: string | null; count: number; bytes: number }[];
}

test('features are kept while labelling, said before and after, listed and deleted', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(join(dir, 'scenes'), 3);
  const project = join(dir, 'project');
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const label = ['label', project, '--device', 'cpu'];
  const first = await foveaJson([...label, '--limit', '1']);
  assert.equal((first.json as Labelled).features_bytes, undefined);
  const kept = await foveaJson([...label, '--keep-features=0.5']);
  const {
    done,
    features_kept: count,
    features_bytes,
    encodings_kept,
    encodings_bytes,
  } = kept.json as Labelled;
  assert.deepEqual([done, count, encodings_kept], [2, 2, 1], 'both are questions on one picture');
  const bytes = features_bytes! + encodings_bytes!;
  // 256 visual tokens of 128 float32 numbers.
  assert.equal(encodings_bytes, 256 * 128 * 4 + 24);
  assert.match(
    kept.stderr,
    /Features of 2 samples and encodings of their pictures are kept in .*features: about \d+ kB, by the model's files \(500 MB may be\)/,
  );

  const listed = (await foveaJson(['features', project])).json as Listed;
  assert.deepEqual([listed.count, listed.encodings, listed.bytes, listed.budget_bytes], [2, 1, bytes, 0.5e9]);
  assert.deepEqual(
    listed.models.map(({ layer, name, count: n }) => [layer, name, n]),
    [
      [1, 'checkpoint', 2],
      [null, 'checkpoint', 1],
    ],
  );
  const lines = (await fovea(['features', project])).stdout;
  assert.match(
    lines,
    /^[0-9a-f]{8} checkpoint, layer 1: 2 samples, .*\n[0-9a-f]{8} checkpoint, encodings of 1 picture, .*\nFeatures of 2 samples and encodings of 1 picture, .* of the 500 MB they may take/,
  );

  const again = (await foveaJson([...label, '--answers', 'given', '--keep-features'])).json as Labelled;
  assert.deepEqual(
    [again.done, again.encodings_kept, again.encodings_reused],
    [3, 1, 1],
    'another run encodes only the picture that was labelled without keeping',
  );

  const wrong = await fovea(['features', project, '--remove', '--model', 'zz']);
  assert.equal(wrong.code, 1);
  const hash = listed.models[0]!.model.slice(0, 8);
  const gone = (await foveaJson(['features', project, '--remove', '--model', hash])).json as Listed;
  assert.deepEqual([gone.count, gone.encodings, gone.removed], [3, 2, true]);
  const after = (await foveaJson(['features', project])).json as Listed;
  assert.deepEqual([after.count, after.models, after.budget_bytes], [0, [], 0.5e9]);
});

test('--keep-features takes gigabytes', async (t) => {
  const project = join(temporaryDir(t), 'p');
  for (const value of ['abc', '0', '-1', 'Infinity', '']) {
    const { code, stderr } = await fovea(['label', project, `--keep-features=${value}`]);
    assert.equal(code, 2, value);
    assert.match(stderr, /--keep-features takes a number of GB/);
  }
});
