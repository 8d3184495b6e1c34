import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DENOISED,
  mapSourceSchema,
  PICTURE,
  RAW,
  withKnownRuns,
  type MapSource,
} from '../../../src-renderer/panes/map-source.ts';

test('runs that a project does not have give way to the run on screen; the rest stays', () => {
  const other: MapSource = { kind: 'map', map: 'raw', run: 7 };
  assert.deepEqual(withKnownRuns(other, [1, 2]), RAW);
  assert.equal(withKnownRuns(other, [7]), other);
  for (const same of [PICTURE, DENOISED, { kind: 'head', layer: 3, head: 1 } as const])
    assert.equal(withKnownRuns(same, []), same);
  const difference: MapSource = {
    kind: 'difference',
    left: { kind: 'map', map: 'denoised', run: 7 },
    right: RAW,
  };
  assert.deepEqual(withKnownRuns(difference, [1]), { kind: 'difference', left: DENOISED, right: RAW });
  assert.ok(mapSourceSchema.safeParse(withKnownRuns(difference, [7])).success);
});
