import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { read } from '../../../src-main/store/db.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { addSamples } from '../../../src-main/store/samples/sample.ts';
import { testProject } from '../../support/project.ts';

test('samples that are added together derive what each would alone; those that are there already give null', async (t) => {
  const { db, path } = await testProject(t, 2);
  const rootId = ensureRoot(db, path, '/pictures');
  const imageId = ensureImage(db, { rootId, path: 'a.png', bytes: 1, mtimeMs: 0, width: 3, height: 2 });
  const sample = (n: number, tags: readonly string[]) => ({
    externalId: `x${n}`,
    imageId,
    question: `Frage ${n}?`,
    referenceAnswer: null,
    truthBoxes: [],
    language: n % 2 ? 'de' : null,
    split: 'train',
    tags,
  });
  const first = addSamples(db, [sample(1, ['b', 'a', 'b']), sample(2, []), sample(1, ['b', 'a', 'b'])]);
  assert.deepEqual(first, [3, 4, null]);
  const many = addSamples(db, [
    sample(2, []),
    ...Array.from({ length: 300 }, (_, n) => sample(10 + n, ['c'])),
  ]);
  assert.deepEqual([many[0], many.length, new Set(many).size], [null, 301, 301]);

  const tables = ['sample_state', 'search_block', 'search_gram'];
  const rows = (): unknown[] => tables.map((table) => read(db, `SELECT * FROM ${table} ORDER BY 1`).all());
  const before = rows();
  refreshAllSampleStates(db);
  assert.deepEqual(rows(), before);
  assert.deepEqual(read(db, 'SELECT tag FROM sample_tag WHERE sample_id = 3 ORDER BY tag').all(), [
    { tag: 'a' },
    { tag: 'b' },
  ]);
  assert.deepEqual(
    read(db, 'SELECT state, tag, language FROM sample_state WHERE sample_id IN (3, 4)').all(),
    [
      { state: 'unlabelled', tag: 'a', language: 'de' },
      { state: 'unlabelled', tag: null, language: null },
    ],
  );
});
