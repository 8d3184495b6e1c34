import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { APPLICATION_ID } from '../../../src-main/store/file/header.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { getPrediction, getPredictionMaps } from '../../../src-main/store/predictions/prediction.ts';
import { putMaps } from '../../../src-main/store/scores/maps.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

test('maps from before lie where their prediction lies', async (t) => {
  const project = await testProject(t);
  const id = predict(project, testRun(project), 1);
  const { maps_key: key } = read<{ maps_key: number }>(project.db, 'SELECT maps_key FROM prediction').get()!;
  project.close();
  const path = join(project.path, 'maps.db');
  const old = new Database(path);
  old.exec(`DROP TABLE map; DROP TABLE map_set; DROP TABLE embedding; DROP TABLE encoder; DROP TABLE near_duplicate;
    PRAGMA user_version = 0`);
  migrate(old, mapsMigrations.slice(0, 1), APPLICATION_ID);
  const bits = Buffer.from(Uint16Array.from({ length: 6 }, (_, i) => i).buffer);
  old
    .prepare('INSERT INTO map_set (key, grid_rows, grid_cols, grounding, rpn) VALUES (?, 2, 3, ?, ?)')
    .run(key, bits, bits);
  old.close();

  const again = await openProject(project.path);
  t.after(() => again.close());
  const { prediction } = getPrediction(again.db, id);
  const place = { grid: prediction.grid, transform: prediction.transform };
  const map = { ...place, bits: Uint16Array.of(0, 1, 2, 3, 4, 5) };
  assert.deepEqual(getPredictionMaps(again.db, id), {
    grounding: map,
    sink: null,
    question: null,
    denoised: null,
    rpn: map,
  });
});

test('a map keeps its own grid and transform; another size than its grid is refused', async (t) => {
  const project = await testProject(t);
  const id = predict(project, testRun(project), 1);
  const own = {
    grid: [1, 4] as const,
    transform: { scaleX: 1, scaleY: 2, offsetX: 3, offsetY: 4 },
    bits: Uint16Array.of(1, 2, 3, 4),
  };
  const none = { grounding: null, sink: null, question: null, denoised: null };
  const key = putMaps(project.db, { ...none, rpn: own });
  write(project.db, 'UPDATE prediction SET maps_key = ? WHERE id = ?').run(key, id);
  assert.deepEqual(getPredictionMaps(project.db, id), { ...none, rpn: own });
  assert.throws(() => write(project.db, 'UPDATE maps.map SET data = zeroblob(7)').run());
});
